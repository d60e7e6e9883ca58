// SPDX-License-Identifier: Apache-2.0
// Makes docs/screenshot.png again, from the real pages: `tests/browser/run FOLDER screenshot.mjs`.
import { fileURLToPath } from "node:url";

import { Stage } from "./stage.mjs";
import { launch, PHONE } from "./visitor.mjs";

const THING = "a84e07f1c2b95d3e6f80914ab27dc35e";
const GAP = 28;
const width = PHONE.viewport.width;
const height = 752; // Below the last step: no line of text is cut.

function frame(pictures) {
  const images = pictures.map((png) => `<img alt="" src="data:image/png;base64,${png.toString("base64")}">`);
  return `<!doctype html><style>
    body { margin: 0; padding: ${GAP}px; display: flex; gap: ${GAP}px; background: #dde4ee; }
    img { width: ${width}px; height: ${height}px; border-radius: 28px; }
  </style>${images.join("")}`;
}

const file = fileURLToPath(new URL("../../docs/screenshot.png", import.meta.url));
const stage = await Stage.start();
let browser;
try {
  browser = await launch();
  const context = await browser.newContext({
    ...PHONE, viewport: { width, height }, deviceScaleFactor: 1, baseURL: stage.origin, locale: "en-GB",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  await page.goto("/");
  await page.locator("#identifier").fill(THING.toUpperCase().match(/.{4}/g).slice(0, 6).join(" "));
  const form = await page.screenshot();
  await page.goto(await stage.claim(THING));
  await page.getByRole("heading", { name: "Switch the product on" }).waitFor();
  const status = await page.screenshot();
  const wall = await browser.newPage({ viewport: { width: 2 * width + 3 * GAP, height: height + 2 * GAP } });
  await wall.setContent(frame([form, status]), { waitUntil: "load" });
  await wall.screenshot({ path: file });
} finally {
  await browser?.close();
  await stage.stop();
}
