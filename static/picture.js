// SPDX-License-Identifier: Apache-2.0
// Pictures on their way to the portal: of the video what lies in the viewfinder, of a photograph no more than it takes.

const FRAME_SIDE = 640;
const FRAME_QUALITY = 0.7;
/** Part of the viewfinder that lies within the guides, as in style.css. */
const GUIDES = 0.7;

const SCREEN_SIDE = 1200;

const PHOTO_SIDE = 4000;
const PHOTO_PIXELS = 12e6;
const PHOTO_BYTES = 2 << 20;
const PHOTO_QUALITIES = [0.85, 0.7, 0.5];
export const UPLOAD_BYTES = 10 << 20;

function encode(canvas, quality) {
  return new Promise((done, fail) => {
    canvas.toBlob((blob) => (blob === null ? fail(new Error("no memory for the picture")) : done(blob)),
                  "image/jpeg", quality);
  });
}

function makeGrey(context, side) {
  const image = context.getImageData(0, 0, side, side);
  const { data } = image;
  for (let i = 0; i < data.length; i += 4) {
    const grey = (77 * data[i] + 150 * data[i + 1] + 29 * data[i + 2]) >> 8;
    data[i] = data[i + 1] = data[i + 2] = grey;
  }
  context.putImageData(image, 0, 0);
}

/** Frames of a video by turns: the whole viewfinder, and what is within the guides in full resolution. */
export class Frames {
  #canvas = document.createElement("canvas");
  #count = 0;

  constructor(video) {
    this.video = video;
  }

  get isThere() {
    return this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && this.video.videoWidth > 0;
  }

  /** Grey and small. */
  async take() {
    const { videoWidth: width, videoHeight: height } = this.video;
    const part = Math.round(Math.min(width, height) * (this.#count++ % 2 === 0 ? 1 : GUIDES));
    const side = Math.min(part, FRAME_SIDE);
    this.#canvas.width = this.#canvas.height = side;
    const context = this.#canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(this.video, (width - part) / 2, (height - part) / 2, part, part, 0, 0, side, side);
    makeGrey(context, side);
    return encode(this.#canvas, FRAME_QUALITY);
  }
}

/** null: the browser does not know this kind of picture. */
export function openPhoto(file) {
  return createImageBitmap(file).catch(() => null);
}

/** Draws a picture or a frame into a canvas to be seen: no larger than a screen. */
export function show(source, width, height, canvas) {
  const scale = Math.min(1, SCREEN_SIDE / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
}

/** What is uploaded of a photograph: itself where it is small, or where the browser cannot open it. */
export async function packPhoto(file, bitmap) {
  const isKnown = ["image/jpeg", "image/png", "image/webp"].includes(file.type);
  if (bitmap === null || (isKnown && file.size <= PHOTO_BYTES)) return file;
  const { width, height } = bitmap;
  const scale = Math.min(1, PHOTO_SIDE / Math.max(width, height), Math.sqrt(PHOTO_PIXELS / (width * height)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.floor(width * scale));
  canvas.height = Math.max(1, Math.floor(height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff"; // Behind what is transparent.
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  let blob = null;
  for (const quality of PHOTO_QUALITIES) {
    blob = await encode(canvas, quality);
    if (blob.size <= PHOTO_BYTES) break;
  }
  return blob;
}
