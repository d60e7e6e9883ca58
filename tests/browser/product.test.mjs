// SPDX-License-Identifier: Apache-2.0
// The page of a product, its questions, and those that come after the arrival.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";

import { house } from "./house.mjs";
import { randomThing } from "./stage.mjs";

const folder = await mkdtemp(path.join(tmpdir(), "expresslink-product-"));
const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 160"><rect width="240" height="160" rx="24" fill="#7a8ca5"/>
  <rect x="60" y="30" width="120" height="14" rx="7" fill="#22303f"/><circle cx="120" cy="104" r="26" fill="#f2f5f9"/></svg>`;
const FILES = {
  "picture.svg": PICTURE,
  "instructions.txt": "Plug the toaster in.\nHold the round button for three seconds, until it blinks.",
  "network.txt": "It needs Wi-Fi with 2.4 GHz.",
  "consent.txt": "We keep your answers to help you with your toaster.\nYou can have them erased at any time.",
  "marketing.txt": "Send me recipes and offers.",
  "words.de.txt": "colour = Farbe\ncolour.black = schwarz\ncolour.white = weiß\nwho = Ihr Name",
};
for (const [name, content] of Object.entries(FILES)) await writeFile(path.join(folder, name), content);
const SECTIONS = `
[product.toaster]
name = Toaster 2000
folder = ${folder}
countries = DE, FR, US
consent = 1
marketing = yes
fields = who, colour, remark, work
manual = https://acme.example/manual
support = https://acme.example/help
[product.toaster.who]
label = Your name
type = name
ask = register
[product.toaster.colour]
label = Colour
type = choice
choices = black, white
required = yes
[product.toaster.remark]
label = What do you toast most?
[product.toaster.work]
label = I use it at work
type = checkbox
`;

describe("a product", () => {
  const own = house({}, ["staging", "oem"], SECTIONS);
  after(() => rm(folder, { recursive: true, force: true }));

  test("is shown for a scanned label, and asks", () => own.visit({}, async (visitor) => {
    const { page } = visitor;
    visitor.expect(/status of 422/);
    await page.goto(`/r/${randomThing()}`);
    await page.getByRole("heading", { name: "Toaster 2000" }).waitFor();
    const shown = await page.locator(".product-picture").evaluate((each) => [each.naturalWidth > 0, each.width > 0]);
    assert.deepEqual(shown, [true, true]);
    assert.equal(await page.locator("input:checked").count(), 0);
    await visitor.look("product-form");
    await page.getByLabel("Your name").fill("שלום");
    await page.getByText("Send me recipes").tap();
    await visitor.button("Register").tap();
    await page.locator(".error").first().waitFor();
    assert.equal(await page.locator(".error").count(), 3);
    assert.match(await page.title(), /^Please check:/);
    assert.equal(await page.getByLabel("Your name").inputValue(), "שלום");
    assert.equal(await page.locator("[name=marketing]").isChecked(), true);
    await visitor.look("product-wrong");
    await page.getByRole("button", { name: "Deutsch" }).tap();
    await page.getByLabel("Farbe").selectOption("schwarz");
    assert.equal(await page.getByLabel("Ihr Name").inputValue(), "שלום");
    assert.equal(await page.locator("[name=marketing]").isChecked(), true);
    await visitor.look("product-german");
  }));

  test("asks who has typed the ID", () => own.visit({}, async (visitor) => {
    const { page } = visitor;
    await page.goto("/");
    await visitor.typeGroups(randomThing());
    await visitor.button("Register").tap();
    await page.getByRole("heading", { name: "Toaster 2000" }).waitFor();
    assert.equal(await page.locator(".error").count(), 0);
    await page.getByLabel("Colour").selectOption("white");
    await page.getByLabel("Where will you use your product?").selectOption("France");
    await page.getByLabel("I agree").check();
    await visitor.button("Register").tap();
    await visitor.headline("Switch on your product");
  }));

  test("is registered without a script, and asks the rest after the arrival", () => own.visit({ javaScriptEnabled: false }, async (visitor) => {
    const { page } = visitor;
    const thing = randomThing();
    const module = own.stage.module(thing);
    await page.goto(`/r/${thing}`);
    await page.getByLabel("Colour").selectOption("black");
    await page.getByLabel("Where will you use your product?").selectOption("DE");
    await page.getByLabel("I agree").check();
    await visitor.button("Register").tap();
    await visitor.headline("Switch on your product");
    module.command("on");
    await module.told("onboarded");
    await page.getByRole("heading", { name: "Tell us a little more" }).waitFor();
    assert.match(await page.locator(".answers").innerText(), /Colour\s+black/);
    await page.getByLabel("What do you toast most?").fill("<b>bread</b>");
    await page.getByLabel("I use it at work").check();
    await visitor.button("Save answers").tap();
    await page.getByRole("heading", { name: "Your answers" }).waitFor();
    assert.match(await page.locator(".answers").innerText(), /<b>bread<\/b>/);
    assert.equal(await page.locator("#details").count(), 0);
  }));

  test("asks after the arrival on a page that fits", () => own.visit({}, async (visitor) => {
    const { page } = visitor;
    const thing = randomThing();
    const module = own.stage.module(thing);
    const answer = await fetch(`${own.stage.origin}/api/v1/registrations`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ identifier: thing, country: "US", consent: "1", fields: { colour: "white" } }),
    });
    assert.equal(answer.status, 202);
    module.command("on");
    await module.told("onboarded");
    await page.goto(`/registrations/${(await answer.json()).token}`);
    await page.getByRole("heading", { name: "Tell us a little more" }).waitFor();
    await visitor.look("product-arrived");
  }));
});
