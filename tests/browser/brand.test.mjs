// SPDX-License-Identifier: Apache-2.0
// Pages that carry the brand of an OEM: its name, logo, colours and links, for everybody to read.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";

import { house } from "./house.mjs";

const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><rect width="90" height="30" rx="6" fill="#7a1f5c"/>
  <circle cx="15" cy="15" r="8" fill="#fff"/></svg>`;
const folder = await mkdtemp(path.join(tmpdir(), "expresslink-brand-"));
await writeFile(path.join(folder, "logo.svg"), LOGO);

describe("a brand", () => {
  const own = house({
    PORTAL_BRAND_NAME: "Acme Household Appliances and Gardening Tools",
    PORTAL_BRAND_LOGO: path.join(folder, "logo.svg"),
    PORTAL_BRAND_COLOUR: "#7a1f5c",
    PORTAL_BRAND_COLOUR_DARK: "#f5a6d8",
    PORTAL_BRAND_SUPPORT: "https://acme.example/help",
    PORTAL_BRAND_PRIVACY: "https://acme.example/privacy",
    PORTAL_BRAND_IMPRINT: "mailto:legal@acme.example",
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const colourOf = (page, selector) => page.locator(selector).evaluate((each) => getComputedStyle(each).backgroundColor);

  test("has its logo and colours, on the form and where something is wrong", () => own.visit({}, async (visitor) => {
    const { page } = visitor;
    visitor.expect(/status of 404/);
    await page.goto("/");
    const logo = await page.locator(".brand img").evaluate((each) => [each.naturalWidth > 0, each.width, each.height]);
    assert.deepEqual(logo, [true, 96, 32]);
    assert.equal(await colourOf(page, "#scan-camera"), "rgb(122, 31, 92)");
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    assert.equal(await colourOf(page, "#scan-camera"), "rgb(245, 166, 216)");
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await visitor.look("brand-form");
    await page.goto("/nothing");
    await visitor.look("brand-problem");
    assert.deepEqual(await page.locator(".foot a").allInnerTexts(), ["English", "Deutsch", "Help", "Privacy", "Legal notice"]);
  }));
});
