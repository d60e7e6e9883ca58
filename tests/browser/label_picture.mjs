// SPDX-License-Identifier: Apache-2.0
// Pictures of labels as a camera has them: lying askew on something grey, moving a little, with some noise. As a
// photograph (PNG), and as a video for Chromium's fake camera (Y4M).
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { deflateSync } from "node:zlib";

const QUIET_MODULES = 4;
const SAMPLES = [0.25, 0.75];
const VIDEO = { width: 640, height: 480, frames: 12 };

/** The code's modules, quiet zone included: rows of true (dark) and false. */
function modules(text) {
  const wanted = ["-t", "ASCII", "-m", String(QUIET_MODULES), "-l", "M", text];
  const lines = execFileSync("qrencode", wanted, { encoding: "utf8" }).split("\n").filter(Boolean);
  return lines.map((line) => [...line].filter((_, i) => i % 2 === 0).map((each) => each === "#"));
}

/** Where the texts' labels lie: side by side within the middle square, each as large as there is room. */
function place(texts, width, height, { angle = 0, part = 0.55, moved = 0 }) {
  const room = Math.min(width, height) / texts.length;
  const size = Math.min(room * 0.8, height * part);
  return texts.map((text, i) => ({
    rows: modules(text), size, cos: Math.cos(angle), sin: Math.sin(angle),
    x: width / 2 + room * (i + 0.5 - texts.length / 2) + moved, y: height / 2 + moved,
  }));
}

function greyAt(labels, x, y, background) {
  for (const { rows, size, cos, sin, x: centreX, y: centreY } of labels) {
    const column = Math.floor((((x - centreX) * cos + (y - centreY) * sin) / size + 0.5) * rows.length);
    const row = Math.floor((((y - centreY) * cos - (x - centreX) * sin) / size + 0.5) * rows.length);
    if (row >= 0 && row < rows.length && column >= 0 && column < rows.length) return rows[row][column] ? 38 : 226;
  }
  return background;
}

/** width * height bytes of grey. */
export function drawLabels(texts, width, height, options = {}) {
  const labels = place(texts, width, height, options);
  const grey = Buffer.alloc(width * height);
  let noise = 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const background = 90 + (60 * y) / height;
      let sum = 0;
      for (const dy of SAMPLES) for (const dx of SAMPLES) sum += greyAt(labels, x + dx, y + dy, background);
      noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
      grey[y * width + x] = sum / 4 + (noise >>> 24) / 24 - 5;
    }
  }
  return grey;
}

/** texts: of the labels in view; none: only the table they would lie on. */
export function writeVideo(file, texts) {
  const { width, height, frames } = VIDEO;
  const chroma = Buffer.alloc((width * height) / 2, 112); // Greenish: what is made grey can be told from it.
  const parts = [`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`];
  for (let i = 0; i < frames; i++) {
    const turn = Math.sin((2 * Math.PI * i) / frames);
    const grey = drawLabels(texts, width, height, { angle: 0.14 + 0.05 * turn, moved: 6 * turn });
    parts.push("FRAME\n", grey, chroma);
  }
  writeFileSync(file, Buffer.concat(parts.map((part) => Buffer.from(part))));
}

function crc32(bytes) {
  let rest = ~0;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return ~rest >>> 0;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** A photograph as PNG bytes. */
export function photograph(texts, { width = 1600, height = 1200, ...options } = {}) {
  const grey = drawLabels(texts, width, height, { angle: -0.2, part: 0.4, ...options });
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) grey.copy(rows, y * (width + 1) + 1, y * width, (y + 1) * width);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8; // Bits; the zeros behind it: grey, deflated, not interlaced.
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = [chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([signature, ...chunks]);
}
