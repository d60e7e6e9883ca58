// SPDX-License-Identifier: Apache-2.0
// The browser's own reader of codes, where it has one that really reads.

const FORMAT = "qr_code";
const TEXTS_MAX = 4;
const READ_MS = 8000;

/** Rejects when work has not ended by then. */
async function within(duration, work) {
  let timer = null;
  const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error("too late")), duration); });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export class Detector {
  #native = null;
  #ready;

  constructor() {
    this.#ready = this.#find();
  }

  /** The different texts in a picture or video; null where the browser cannot read codes. */
  async read(source) {
    await this.#ready;
    if (this.#native === null) return null;
    try {
      const codes = await within(READ_MS, this.#native.detect(source));
      return [...new Set(codes.map((code) => code.rawValue))].filter(Boolean).slice(0, TEXTS_MAX);
    } catch {
      this.#native = null; // Promised by the browser, but it fails or hangs on this device.
      return null;
    }
  }

  async #find() {
    try {
      const formats = await BarcodeDetector.getSupportedFormats();
      if (formats.includes(FORMAT)) this.#native = new BarcodeDetector({ formats: [FORMAT] });
    } catch {
      // Not known to this browser.
    }
  }
}
