// SPDX-License-Identifier: Apache-2.0
// The whole way of a claim as a person goes it, from the label in their hand to "Your product is registered".
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { catalogue, house } from "./house.mjs";
import { atATime } from "./patience.mjs";
import { randomThing } from "./stage.mjs";

const DONE = ["Done", "Done", "Done", "Done"];

describe("a claim", { concurrency: atATime(2) }, () => {
  describe("step by step", () => {
    const own = house({}, ["oem"]);

    test("the steps go live without a reload, and nothing moves", () => own.visit({}, async (visitor) => {
      const { page } = visitor;
      const thing = randomThing();
      await page.goto("/");
      await visitor.look("form");
      await visitor.typeGroups(thing);
      await visitor.picture("form-typed", { fullPage: false });
      await visitor.button("Register").tap();

      await visitor.headline("Setting things up");
      assert.match(page.url(), /\/registrations\/[0-9a-f]{32}/);
      assert.equal(await page.locator(".thing code").innerText(), thing);
      assert.deepEqual(await visitor.steps(), ["Done", "In progress", "Not started", "Not started"]);
      await visitor.look("status-passing-on");
      const places = await visitor.places();
      await page.evaluate(() => { window.stayed = true; });

      await own.stage.startStaging();
      await visitor.headline("Switch on your product");
      assert.deepEqual(await visitor.steps(), ["Done", "Done", "In progress", "Not started"]);
      assert.deepEqual(await visitor.places(), places);
      await visitor.look("status-switch-on");

      own.stage.module(thing).command("on");
      await visitor.headline("Your product is registered");
      assert.deepEqual(await visitor.steps(), DONE);
      assert.deepEqual(await visitor.places(), places);
      assert.equal(await page.locator("#announcement").innerText(), "Your product is registered");
      assert.match(await page.title(), /^Your product is registered/);
      assert.equal(await page.evaluate(() => window.stayed), true);
      await visitor.look("status-arrived");
    }));
  });

  describe("in many ways", { concurrency: atATime(3) }, () => {
    const own = house();

    const noScripts = { javaScriptEnabled: false };

    test("without scripts: the page refreshes itself", () => own.visit(noScripts, async (visitor) => {
      const { page } = visitor;
      const thing = randomThing();
      await page.goto("/");
      await visitor.typeGroups(thing);
      await visitor.button("Register").tap();
      await visitor.headline("Switch on your product");
      own.stage.module(thing).command("on");
      await visitor.headline("Your product is registered");
      assert.deepEqual(await visitor.steps(), DONE);
      assert.equal(await page.locator("meta[http-equiv=refresh]").count(), 0);
    }));

    test("with the keyboard only", () => own.visit({ device: {} }, async (visitor) => {
      const { page } = visitor;
      const focused = () => page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
        const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2
          && document.activeElement.getBoundingClientRect().top >= 0;
        return seen ? document.activeElement.innerText || document.activeElement.id : "not to be seen";
      });
      const tab = async () => {
        await page.keyboard.press("Tab");
        return focused();
      };
      const thing = randomThing();
      await page.goto("/");
      assert.equal(await tab(), "Skip to content");
      await visitor.picture("keyboard-skip", { fullPage: false });
      await page.keyboard.press("Enter");
      assert.deepEqual([await tab(), await tab(), await tab()], ["Scan the label", "Use a photo", "identifier"]);
      await page.keyboard.type(thing);
      await visitor.picture("keyboard-field", { fullPage: false });
      assert.equal(await tab(), "Register");
      await page.keyboard.press("Enter");
      await visitor.headline("Switch on your product");
      assert.deepEqual([await tab(), await tab(), await tab(), await tab(), await tab()],
                       ["Skip to content", "Product registration", "It’s on now", "Register another product", "Stop registration"]);
      await page.keyboard.press("Enter");
      await visitor.headline("Registration stopped");
      await page.getByRole("button", { name: "Try again" }).focus();
      await page.keyboard.press("Enter");
      await visitor.headline("Switch on your product");
      await page.locator("#another").focus();
      own.stage.module(thing).command("on");
      await visitor.headline("Your product is registered");
      assert.equal(await focused(), "Register another product");
    }));

    test("from the label's link it is one touch", () => own.visit({}, async (visitor) => {
      const { page } = visitor;
      const thing = randomThing();
      await page.goto(`/r/${thing}`);
      assert.equal(await page.locator(".thing code").innerText(), thing);
      await visitor.look("form-filled");
      await visitor.button("Register").tap();
      await visitor.headline("Switch on your product");
    }));

    test("in German for a German browser", () => own.visit({ locale: "de-DE" }, async (visitor) => {
      const { page } = visitor;
      const texts = catalogue("de");
      const thing = randomThing();
      await page.goto("/");
      await visitor.headline(texts.form_title);
      assert.equal(await page.locator("html").getAttribute("lang"), "de");
      await visitor.look("german-form");
      await visitor.typeGroups(thing);
      await visitor.button(texts.register_button).tap();
      await visitor.headline(texts.status_switch_on);
      await visitor.look("german-status");
      own.stage.module(thing).command("on");
      await visitor.headline(texts.status_arrived);
      await visitor.look("german-arrived");
    }));

    test("in another language by choice, all the way", () => own.visit({}, async (visitor) => {
      const { page } = visitor;
      const texts = catalogue("de");
      await page.goto("/");
      await visitor.button("Deutsch").tap();
      await visitor.headline(texts.form_title);
      await visitor.typeGroups(randomThing());
      await visitor.button(texts.register_button).tap();
      await visitor.headline(texts.status_switch_on);
      await page.getByRole("link", { name: "English" }).tap();
      await visitor.headline("Switch on your product");
    }));
  });
});
