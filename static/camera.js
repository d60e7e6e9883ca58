// SPDX-License-Identifier: Apache-2.0
// The camera behind a <video>: on from start() to stop(), and off whenever start() fails.

const WANTED = { width: { ideal: 1920 }, height: { ideal: 1080 } };

/** Why start() failed, as the page's texts name it. */
export function cameraProblem(error) {
  switch (error.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    default:
      return "unready"; // NotReadableError, AbortError: another program has it, or the device itself fails.
  }
}

export class Camera {
  #video;
  #track = null;
  #starts = 0;
  #device = null;
  #devices = [];
  #isLit = false;

  /** lost: called when the camera ends by itself: unplugged, or taken by another program. */
  constructor(video, lost) {
    this.#video = video;
    video.muted = true; // What comes out of a <template> is not always so by its attribute.
    this.lost = lost;
  }

  /** True when the picture is there; false when stop() came in between. Throws what getUserMedia() throws. */
  async start() {
    this.stop();
    const ticket = this.#starts;
    const stream = await this.#open();
    const [track] = stream.getVideoTracks();
    if (ticket !== this.#starts) {
      track.stop();
      return false;
    }
    this.#track = track;
    track.addEventListener("ended", () => {
      if (track === this.#track) this.lost();
    });
    this.#video.srcObject = stream;
    await this.#video.play().catch(() => {}); // Interrupted by stop().
    await this.#prepare(track);
    return ticket === this.#starts;
  }

  stop() {
    this.#starts += 1;
    this.#track?.stop();
    this.#track = null;
    this.#isLit = false;
    this.#video.srcObject = null;
  }

  /** Where the picture is seen as in a mirror. */
  get facesUser() {
    return this.#track?.getSettings().facingMode === "user";
  }

  get hasOthers() {
    return this.#devices.length > 1;
  }

  /** The next camera from now on; it is on after start(). */
  switchDevice() {
    const current = this.#track?.getSettings().deviceId;
    const place = this.#devices.findIndex((device) => device.deviceId === current);
    this.#device = this.#devices[(place + 1) % this.#devices.length].deviceId;
  }

  get hasTorch() {
    return Boolean(this.#capabilities().torch);
  }

  get isLit() {
    return this.#isLit;
  }

  async light(isLit) {
    await this.#apply({ torch: isLit });
    this.#isLit = isLit;
  }

  async #open() {
    const ask = (choice) => navigator.mediaDevices.getUserMedia({ audio: false, video: { ...WANTED, ...choice } });
    if (this.#device !== null) {
      try {
        return await ask({ deviceId: { exact: this.#device } });
      } catch (error) {
        this.#device = null; // Gone, or of no use: any other will do.
        if (cameraProblem(error) === "refused") throw error;
      }
    }
    return ask({ facingMode: { ideal: "environment" } });
  }

  /** Names and abilities are told only once the camera is on. */
  async #prepare(track) {
    const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    this.#devices = devices.filter((device) => device.kind === "videoinput" && device.deviceId !== "");
    if (track === this.#track && this.#capabilities().focusMode?.includes("continuous")) {
      await this.#apply({ focusMode: "continuous" }).catch(() => {});
    }
  }

  #capabilities() {
    return this.#track?.getCapabilities?.() ?? {};
  }

  #apply(setting) {
    return this.#track.applyConstraints({ advanced: [setting] });
  }
}
