// SPDX-License-Identifier: Apache-2.0
// What the portal says to a picture of a label, or to the text of its code.

const REST_MS = 5000;
const REST_MAX_MS = 60000;
const RETRY_MS = 2000;
const RETRY_MAX_MS = 15000;

/** reason: "no_code", "broken" ... of the portal; "busy", "offline" or "trouble" by the portal's failing.
 *  detail: a sentence of the portal's, or "". */
export class LabelError extends Error {
  constructor(reason, detail = "") {
    super(detail || reason);
    this.reason = reason;
    this.detail = detail;
  }

  /** True when it was not about the picture: the same may well be read a little later. */
  get isPassing() {
    return ["busy", "offline", "trouble"].includes(this.reason);
  }

  /** True when there is a code in the picture that is not a QR code. */
  get isOtherCode() {
    return ["barcode", "data_matrix"].includes(this.reason);
  }
}

function retryAfter(answer) {
  const seconds = Number.parseInt(answer.headers.get("Retry-After"), 10);
  return Number.isNaN(seconds) ? REST_MS : Math.min(Math.max(seconds * 1000, 1000), REST_MAX_MS);
}

export class Labels {
  #language;
  #restUntil = 0;
  #failures = 0;

  constructor(language) {
    this.#language = language;
    window.addEventListener("online", () => { this.#restUntil = 0; });
  }

  /** True while the portal has asked for a pause, or cannot be reached: nothing is sent by itself meanwhile. */
  get isResting() {
    return performance.now() < this.#restUntil;
  }

  /** {text, identifier, problem?}, or throws a LabelError; throws an AbortError when signal says so. */
  decode(picture, signal, timeout) {
    return this.#post("decode", picture, picture.type || "application/octet-stream", signal, timeout);
  }

  read(text, signal, timeout) {
    return this.#post("read", JSON.stringify({ text }), "application/json", signal, timeout);
  }

  async #post(what, body, type, signal, timeout) {
    const limit = new AbortController();
    const stop = () => limit.abort();
    const late = setTimeout(stop, timeout);
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    try {
      const answer = await this.#send(`/api/v1/labels/${what}?lang=${this.#language}`, body, type, limit.signal);
      return await this.#understand(answer);
    } catch (error) {
      if (signal.aborted || error instanceof LabelError) throw error;
      this.#failures += 1;
      this.#rest(Math.min(RETRY_MS * 2 ** (this.#failures - 1), RETRY_MAX_MS));
      throw new LabelError("offline");
    } finally {
      clearTimeout(late);
      signal.removeEventListener("abort", stop);
    }
  }

  #send(address, body, type, signal) {
    const headers = { "Content-Type": type, Accept: "application/json" };
    return fetch(address, { method: "POST", body, headers, signal, cache: "no-store" });
  }

  async #understand(answer) {
    if (answer.ok) {
      const label = await answer.json();
      this.#failures = 0;
      return label;
    }
    const { reason, detail = "" } = await answer.json().catch(() => ({}));
    if (answer.status === 429 || answer.status === 503) {
      this.#rest(retryAfter(answer));
      throw new LabelError("busy", reason ? detail : ""); // Only with a reason it is a sentence for people.
    }
    if (answer.status !== 422 && answer.status !== 413) {
      this.#rest(REST_MS);
      throw new LabelError("trouble");
    }
    this.#failures = 0;
    throw new LabelError(reason ?? "too_large", reason ? detail : "");
  }

  #rest(duration) {
    this.#restUntil = performance.now() + duration;
  }
}
