// SPDX-License-Identifier: Apache-2.0
// The window in which a label is read: by the camera, or from a photograph. A label of ours leads on to the form that
// is filled in with it. However the window closes, the camera is off.

const { search } = new URL(import.meta.url);
const [{ Camera, cameraProblem }, { Detector }, { Labels, LabelError }, picture, { Reading }] = await Promise.all(
  ["camera", "detector", "labels", "picture", "reading"].map((name) => import(`./${name}.js${search}`)));

const ANSWER_MS = 10000;
const UPLOAD_MS = 60000;
const BUZZ_MS = 60;

export class Scanner {
  #dialog;
  #parts = {};
  #detector = new Detector();
  #labels = new Labels(document.documentElement.lang);
  #camera;
  #reading;
  #again = null;
  #isPaused = false;
  #photoRun = null;

  constructor(template) {
    document.body.append(template.content.cloneNode(true));
    this.#dialog = document.getElementById("scanner");
    for (const part of this.#dialog.querySelectorAll("[data-part]")) this.#parts[part.dataset.part] = part;
    this.#camera = new Camera(this.#parts.video, () => this.#stopCamera("lost"));
    this.#reading = new Reading(this.#parts.video, this.#labels, this.#detector, {
      found: (label) => this.#found(label),
      say: (word, sentence) => this.#say(word, sentence),
      tired: () => this.#stopCamera("tired"),
    });
    this.#listen();
  }

  openCamera() {
    this.#open();
    this.#startCamera();
  }

  async openPhoto(file) {
    this.#open();
    const run = this.#photoRun = new AbortController();
    this.#show("looking", "looking");
    const bitmap = await picture.openPhoto(file);
    if (run.signal.aborted) return;
    run.signal.addEventListener("abort", () => bitmap?.close());
    if (bitmap !== null) picture.show(bitmap, bitmap.width, bitmap.height, this.#parts.photo);
    this.#again = () => this.#readPhoto(file, bitmap, run.signal);
    await this.#again();
  }

  #open() {
    const { photo } = this.#parts;
    this.#stop();
    photo.width = photo.height = 0;
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  #listen() {
    const { again, cancel, photo, torch, turn, type, usePhoto } = this.#parts;
    const on = (button, act) => button.addEventListener("click", act);
    on(cancel, () => this.#close());
    on(again, () => this.#again());
    on(torch, () => this.#switchTorch());
    on(turn, () => {
      this.#camera.switchDevice();
      this.#startCamera();
    });
    on(type, () => {
      this.#close();
      document.getElementById("identifier").focus();
    });
    on(usePhoto, () => {
      this.#close();
      document.getElementById("scan-file").click();
    });
    this.#dialog.addEventListener("close", () => this.#stop());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#pause() : this.#resume()));
    window.addEventListener("pagehide", () => this.#close());
  }

  /** At once: the dialog's own event comes later, for a page that is left too late. */
  #close() {
    this.#stop();
    this.#dialog.close();
  }

  /** All that runs ends; the window stays as it is. */
  #stop() {
    this.#isPaused = false;
    this.#again = null;
    this.#photoRun?.abort();
    this.#photoRun = null;
    this.#reading.stop();
    this.#camera.stop();
  }

  // The camera

  async #startCamera() {
    this.#reading.stop();
    this.#again = () => this.#startCamera();
    this.#show("starting", "starting");
    try {
      if (!await this.#camera.start()) return;
    } catch (error) {
      // Another start or stop has come in between: what this one met is of no interest.
      if (this.#dialog.open && !this.#isPaused) this.#stopCamera(cameraProblem(error));
      return;
    }
    this.#parts.video.toggleAttribute("data-mirror", this.#camera.facesUser);
    this.#parts.torch.hidden = !this.#camera.hasTorch;
    this.#parts.torch.setAttribute("aria-pressed", "false");
    this.#parts.turn.hidden = !this.#camera.hasOthers;
    this.#show("scanning", "aim");
    this.#reading.start();
  }

  #stopCamera(why) {
    this.#reading.stop();
    this.#camera.stop();
    this.#show("stopped", why);
    this.#parts.again.focus();
  }

  #pause() {
    const { state } = this.#dialog.dataset;
    if (!this.#dialog.open || (state !== "starting" && state !== "scanning")) return;
    this.#isPaused = true;
    this.#reading.stop();
    this.#camera.stop();
  }

  #resume() {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#startCamera();
  }

  async #switchTorch() {
    try {
      await this.#camera.light(!this.#camera.isLit);
    } catch {
      this.#parts.torch.hidden = true; // Promised by the camera, but not there.
    }
    this.#parts.torch.setAttribute("aria-pressed", String(this.#camera.isLit));
  }

  // A photograph

  async #readPhoto(file, bitmap, signal) {
    this.#show("looking", "looking");
    try {
      const label = await this.#labelOnPhoto(file, bitmap, signal);
      if (signal.aborted) return;
      if (label.identifier) this.#found(label);
      else this.#fail("trouble", label.problem?.detail);
    } catch (error) {
      if (!signal.aborted) this.#explain(error);
    }
  }

  /** One code that the browser reads is enough; whether there are others as well is for the portal to see. */
  async #labelOnPhoto(file, bitmap, signal) {
    const texts = bitmap === null ? null : await this.#detector.read(bitmap);
    if (texts?.length === 1) {
      const label = await this.#labels.read(texts[0], signal, ANSWER_MS);
      if (label.identifier) return label;
    }
    const packed = await picture.packPhoto(file, bitmap);
    if (packed.size > picture.UPLOAD_BYTES) throw new LabelError("too_large");
    return this.#labels.decode(packed, signal, UPLOAD_MS);
  }

  #explain(error) {
    if (!(error instanceof LabelError)) this.#fail("unreadable");
    else if (error.isPassing) this.#fail(error.reason, error.detail, true);
    else if (error.reason === "no_code") this.#fail("nothing"); // The portal's sentence is of what a camera sees.
    else this.#fail("unreadable", error.detail);
  }

  #fail(word, sentence, canRetry = false) {
    this.#show("failed", word, sentence);
    this.#parts.again.hidden = !canRetry;
    if (canRetry) this.#parts.again.focus();
  }

  // What is seen

  #found(label) {
    const { video, photo } = this.#parts;
    if (this.#photoRun === null) picture.show(video, video.videoWidth, video.videoHeight, photo);
    this.#show("found", "found");
    this.#reading.stop();
    this.#camera.stop();
    navigator.vibrate?.(BUZZ_MS);
    const { identifier } = label; // of a GS1 Digital Link its path
    const path = identifier.startsWith("/") ? identifier : `/r/${encodeURIComponent(identifier)}`;
    location.assign(`${path}?${this.#chosen()}`);
  }

  /** What was chosen on the form goes on to the one that is filled in. */
  #chosen() {
    const chosen = new URLSearchParams({ lang: document.documentElement.lang });
    const endpoint = document.getElementById("endpoint");
    if (endpoint !== null) chosen.set("endpoint", endpoint.value);
    return chosen;
  }

  #show(state, word, sentence) {
    const { again, title } = this.#parts;
    this.#dialog.dataset.state = state;
    if (document.activeElement === again) title.focus(); // It goes, and must not take the focus along.
    again.hidden = state !== "stopped";
    this.#parts.tools.hidden = state !== "scanning";
    this.#say(word, sentence);
  }

  /** word: a name of the page's texts. sentence: the portal's own, told in its place. */
  #say(word, sentence) {
    const text = sentence || this.#parts.word.dataset[word];
    if (this.#parts.word.textContent !== text) this.#parts.word.textContent = text;
    this.#dialog.toggleAttribute("data-note", !["aim", "starting", "looking", "found"].includes(word));
  }
}
