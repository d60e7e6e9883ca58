// SPDX-License-Identifier: Apache-2.0
// Looks at a video until a label of ours is in it. The browser's own reader looks several times a second and what it
// reads is judged by the portal; without one, and now and then where it finds nothing, frames go to the portal's.

const { search } = new URL(import.meta.url);
const { Frames } = await import(`./picture.js${search}`);
const { LabelError } = await import(`./labels.js${search}`);

const LOOK_MS = 150;
const FRAME_MS = 400;
/** The portal's reader is the better one: it helps where the browser's has seen nothing for a while. */
const UNSEEN_MS = 4000;
const HELP_MS = 2000;
const ANSWER_MS = 10000;
/** How long a word stands after what it is about has left the picture. */
const WORD_MS = 3000;
const SLOW_MS = 15000;
const TIRED_MS = 45000;
const TEXTS_MAX = 100;

export class Reading {
  #frames;
  #labels;
  #detector;
  #listener;
  #run = null;
  #timer = null;
  #known = new Map();
  #isSending = false;
  #sentAt = -Infinity;
  #seenAt = 0;
  #toldAt = -Infinity;

  /** listener: found(label), say(word, sentence) and tired(): nothing was found for long, and reading has ended. */
  constructor(video, labels, detector, listener) {
    this.#frames = new Frames(video);
    this.#labels = labels;
    this.#detector = detector;
    this.#listener = listener;
  }

  start() {
    this.stop();
    this.#run = new AbortController();
    this.#seenAt = performance.now();
    this.#toldAt = -Infinity;
    this.#look(this.#run.signal);
  }

  stop() {
    this.#run?.abort();
    this.#run = null;
    clearTimeout(this.#timer);
  }

  async #look(signal) {
    if (this.#frames.isThere) await this.#lookOnce(signal);
    if (signal.aborted) return;
    const now = performance.now();
    if (now - this.#seenAt > TIRED_MS) {
      this.stop();
      this.#listener.tired();
      return;
    }
    if (now - this.#toldAt > WORD_MS && !this.#labels.isResting) {
      this.#listener.say(now - this.#seenAt > SLOW_MS ? "slow" : "aim");
    }
    this.#timer = setTimeout(() => this.#look(signal), LOOK_MS);
  }

  async #lookOnce(signal) {
    const texts = await this.#detector.read(this.#frames.video);
    const now = performance.now();
    if (signal.aborted) return;
    if (texts === null) {
      this.#sendFrame(signal, FRAME_MS);
    } else if (texts.length > 0) {
      this.#seenAt = now;
      await this.#judge(texts, signal);
    } else if (now - this.#seenAt > UNSEEN_MS) {
      this.#sendFrame(signal, HELP_MS);
    }
  }

  /** One at a time, and not sooner than the period after the last. */
  async #sendFrame(signal, period) {
    if (this.#isSending || this.#labels.isResting || performance.now() - this.#sentAt < period) return;
    this.#isSending = true;
    this.#sentAt = performance.now();
    try {
      const frame = await this.#frames.take();
      if (!signal.aborted) this.#take([await this.#labels.decode(frame, signal, ANSWER_MS)], signal);
    } catch (error) {
      this.#tell(error, signal);
    } finally {
      this.#isSending = false;
    }
  }

  async #judge(texts, signal) {
    const answers = [];
    try {
      for (const text of texts) {
        if (!this.#known.has(text)) await this.#ask(text, signal);
        if (this.#known.has(text)) answers.push(this.#known.get(text));
      }
      this.#take(answers, signal);
    } catch (error) {
      this.#tell(error, signal);
    }
  }

  /** The same text gets the same answer: it is asked for once. */
  async #ask(text, signal) {
    if (this.#labels.isResting) return;
    if (this.#known.size >= TEXTS_MAX) this.#known.clear();
    this.#known.set(text, await this.#labels.read(text, signal, ANSWER_MS));
  }

  #take(answers, signal) {
    if (signal.aborted || answers.length === 0) return;
    this.#seenAt = performance.now();
    const all = answers.filter((label) => label.identifier);
    // A label names the device by itself; a Digital Link beside it may be that of its box.
    const labels = all.filter((label) => !label.serial);
    const ours = labels.length > 0 ? labels : all;
    if (new Set(ours.map((label) => label.identifier)).size > 1) {
      this.#say("several");
    } else if (ours.length > 0) {
      this.stop();
      this.#listener.found(ours[0]);
    } else {
      this.#say("trouble", answers[0].problem?.detail);
    }
  }

  #tell(error, signal) {
    if (signal.aborted) return;
    if (!(error instanceof LabelError)) this.#say("trouble");
    else if (error.isPassing) this.#say(error.reason, error.detail);
    else if (error.isOtherCode) this.#say("trouble", error.detail);
    // Else there is no code in this frame: the usual case.
  }

  #say(word, sentence) {
    this.#toldAt = performance.now();
    this.#listener.say(word, sentence);
  }
}
