// SPDX-License-Identifier: Apache-2.0
// Makes docs/screenshot.png again, from the real pages: `tests/browser/run FOLDER screenshot.mjs`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { writeVideo } from "./label_picture.mjs";
import { Stage } from "./stage.mjs";
import { launch, PHONE } from "./visitor.mjs";

const THING = "a84e07f1c2b95d3e6f80914ab27dc35e";
const GAP = 28;
const width = PHONE.viewport.width;
const height = 752; // Below the last step, and between two lines of the form: no text is cut.

function frame(pictures) {
  const images = pictures.map((png) => `<img alt="" src="data:image/png;base64,${png.toString("base64")}">`);
  return `<!doctype html><style>
    body { margin: 0; padding: ${GAP}px; display: flex; gap: ${GAP}px; background: #dde4ee; }
    img { width: ${width}px; height: ${height}px; border-radius: 28px; }
  </style>${images.join("")}`;
}

const file = fileURLToPath(new URL("../../docs/screenshot.png", import.meta.url));
const stage = await Stage.start();
const folder = await mkdtemp(path.join(tmpdir(), "screenshot-"));
let browser;
try {
  const video = path.join(folder, "label.y4m");
  writeVideo(video, [`http://127.0.0.1/r/${THING}`]);
  browser = await launch(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                          `--use-file-for-fake-video-capture=${video}`]);
  const context = await browser.newContext({
    ...PHONE, viewport: { width, height }, deviceScaleFactor: 1, baseURL: stage.origin, locale: "en-GB",
    reducedMotion: "reduce",
  });
  let page = await context.newPage();
  await page.goto("/");
  const form = await page.screenshot();
  await page.route("**/api/v1/labels/*", () => {}); // It keeps looking.
  await page.locator("#scan-camera").click();
  await page.locator("#scanner[data-state=scanning]").waitFor();
  await page.waitForFunction(() => document.querySelector("#scanner video").currentTime > 0.5);
  const scanner = await page.screenshot();
  await page.close();
  page = await context.newPage();
  await page.goto(await stage.claim(THING));
  await page.getByRole("heading", { name: "Switch on your product" }).waitFor();
  const status = await page.screenshot();
  const wall = await browser.newPage({ viewport: { width: 3 * width + 4 * GAP, height: height + 2 * GAP } });
  await wall.setContent(frame([form, scanner, status]), { waitUntil: "load" });
  await wall.screenshot({ path: file });
} finally {
  await browser?.close();
  await stage.stop();
  await rm(folder, { recursive: true });
}
