// SPDX-License-Identifier: Apache-2.0
// Print sheets on paper, as far as a machine has paper: Chromium prints them to PDF, pages become pictures of 300 dots an
// inch, and every label is cut out where the maker of the sheets has it, and read.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { deflateSync } from "node:zlib";

import { atATime } from "./patience.mjs";
import { randomThing } from "./stage.mjs";
import { launch } from "./visitor.mjs";

const run = promisify(execFile);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const build = path.resolve(process.env.EXPRESSLINK_BUILD_DIR ?? path.join(root, "build/debug"));
const claim = path.join(build, "command/expresslink-claim");
const PORTAL = "https://register.example.com";
const DPI = 300;
const ROOM = 64 << 20;

// In millimetres, from the makers' data sheets: not from the program.
const SHEETS = [
  { name: "L7160", options: [], paper: [210, 297], label: [63.5, 38.1], first: [7.21, 15.15], pitch: [66.04, 38.1], grid: [3, 7] },
  { name: "L7651", options: [], paper: [210, 297], label: [38.1, 21.2], first: [4.67, 10.7], pitch: [40.64, 21.2], grid: [5, 13] },
  { name: "5160", options: [], paper: [215.9, 279.4], label: [66.675, 25.4], first: [4.7625, 12.7], pitch: [69.85, 25.4], grid: [3, 10] },
  { name: "own", options: ["--paper", "150x200", "--label", "30x45", "--gap", "4,3", "--margin", "9,10", "--columns", "4",
                           "--rows", "3", "--level", "Q", "--cut-marks", "--border"],
    paper: [150, 200], label: [30, 45], first: [9, 10], pitch: [34, 48], grid: [4, 3] },
];

function pixels(millimetres) {
  return Math.round((millimetres / 25.4) * DPI);
}

/** A binary PGM. */
function readPgm(bytes) {
  const [header, width, height] = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 40).toString("latin1"));
  return { width: Number(width), height: Number(height), grey: bytes.subarray(header.length) };
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** What lies under a rectangle of the page, as PNG. */
function cut(page, left, top, width, height) {
  const rows = [];
  for (let y = top; y < top + height; y++) {
    rows.push(Buffer.from([0]), page.grey.subarray(y * page.width + left, y * page.width + left + width));
  }
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header),
                        chunk("IDAT", deflateSync(Buffer.concat(rows), { level: 1 })), chunk("IEND", Buffer.alloc(0))]);
}

/** The middles of what is dark along a row of the page. */
function darkAlong(page, millimetres) {
  const row = page.grey.subarray(pixels(millimetres) * page.width, (pixels(millimetres) + 1) * page.width);
  const found = [];
  for (let x = 0; x < row.length; x++) {
    if (row[x] > 127) continue;
    const start = x;
    while (x < row.length && row[x] <= 127) x++;
    found.push((start + x - 1) / 2);
  }
  return found;
}

async function decode(files) {
  const { stdout } = await run(claim, ["decode", ...files], { maxBuffer: ROOM });
  return stdout.trim().split("\n").map((line) => line.slice(line.indexOf("https://")));
}

describe("labels on paper", { concurrency: atATime(2) }, () => {
  let folder, browser;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "labels-"));
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function print(html, name) {
    const page = await browser.newPage();
    const pdf = path.join(folder, `${name}.pdf`);
    await page.goto(pathToFileURL(html).href);
    await page.pdf({ path: pdf, preferCSSPageSize: true });
    assert.equal(await page.locator(".note").isVisible(), true);
    await page.close();
    await run("pdftoppm", ["-r", String(DPI), "-gray", pdf, path.join(folder, name)]);
    const pictures = (await readdir(folder)).filter((each) => each.startsWith(`${name}-`) && each.endsWith(".pgm")).sort();
    const pages = await Promise.all(pictures.map(async (each) => readPgm(await readFile(path.join(folder, each)))));
    const { stdout } = await run("pdftotext", ["-raw", pdf, "-"], { maxBuffer: ROOM });
    return { pages, text: stdout.replace(/\s/g, "") };
  }

  function checkPaper(pages, sheet) {
    for (const page of pages) {
      assert.ok(Math.abs(page.width - pixels(sheet.paper[0])) <= 3, `${page.width} pixels wide`);
      assert.ok(Math.abs(page.height - pixels(sheet.paper[1])) <= 3, `${page.height} pixels high`);
    }
  }

  async function cutLabels(pages, sheet, count) {
    const [columns, rows] = sheet.grid;
    const files = [];
    for (let i = 0; i < count; i++) {
      const [page, place] = [pages[Math.floor(i / (columns * rows))], i % (columns * rows)];
      const left = sheet.first[0] + (place % columns) * sheet.pitch[0];
      const top = sheet.first[1] + Math.floor(place / columns) * sheet.pitch[1];
      files.push(path.join(folder, `${sheet.name}-label-${i}.png`));
      await writeFile(files[i], cut(page, pixels(left), pixels(top), pixels(sheet.label[0]), pixels(sheet.label[1])));
    }
    return files;
  }

  for (const sheet of SHEETS) {
    test(`every label of ${sheet.name} is read where it should be`, async () => {
      const places = sheet.grid[0] * sheet.grid[1];
      const things = Array.from({ length: places + 3 }, randomThing);
      const list = path.join(folder, `${sheet.name}.csv`);
      const html = path.join(folder, `${sheet.name}.html`);
      const stock = sheet.name === "own" ? [] : ["--stock", sheet.name];
      await writeFile(list, things.map((thing, i) => `${thing};W\u00e4rmepumpe <${i}>;SN ${i}`).join("\r\n"));
      await run(claim, ["label", "--url", PORTAL, "--csv", list, "--output", html, "--ruler", ...stock, ...sheet.options]);
      const { pages, text } = await print(html, sheet.name);
      assert.equal(pages.length, 2);
      checkPaper(pages, sheet);
      const read = await decode(await cutLabels(pages, sheet, things.length));
      assert.deepEqual(read, things.map((thing) => `${PORTAL}/r/${thing}`));
      things.forEach((thing, i) => assert.match(text, new RegExp(`W\u00e4rmepumpe<${i}>${thing}/[0-9A-Z]{2}SN${i}`)));
    });
  }

  test("the ruler is 100 mm long", async () => {
    const html = path.join(folder, "ruler.html");
    await run(claim, ["label", "--url", PORTAL, "--format", "sheet", "--output", html, "--ruler", "--stock", "L7163", randomThing()]);
    const { pages: [page] } = await print(html, "ruler");
    const margin = 15.15;
    const ends = [margin / 2 + 2.2, 297 - margin / 2 + 2.2].map((y) => darkAlong(page, y)).find((found) => found.length > 0);
    assert.equal(ends?.length, 2, `${ends}`);
    const length = ((ends[1] - ends[0]) / DPI) * 25.4;
    assert.ok(Math.abs(length - 100) < 0.5, `it is ${length} mm long`);
  });

  test("a label as SVG is read from the screen", async () => {
    const thing = randomThing();
    const svg = path.join(folder, "screen.svg");
    const png = path.join(folder, "screen.png");
    await run(claim, ["label", "--url", PORTAL, "--output", svg, thing]);
    const context = await browser.newContext({ viewport: { width: 400, height: 300 }, deviceScaleFactor: 2 });
    const page = await context.newPage();
    await page.goto(pathToFileURL(svg).href);
    await page.screenshot({ path: png });
    await context.close();
    assert.deepEqual(await decode([png]), [`${PORTAL}/r/${thing}`]);
  });
});
