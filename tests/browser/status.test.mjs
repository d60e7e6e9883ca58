// SPDX-License-Identifier: Apache-2.0
// The status page on days that are not straight.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { house } from "./house.mjs";
import { atATime, PATIENCE } from "./patience.mjs";
import { randomThing } from "./stage.mjs";

describe("the status page", { concurrency: atATime(2) }, () => {
  describe("while it is open", { concurrency: atATime(3) }, () => {
    const own = house();

    test("offline says so, and goes on by itself afterwards", () => own.visit({}, async (visitor) => {
      const { page, context } = visitor;
      visitor.expect(/ERR_INTERNET_DISCONNECTED/);
      const thing = randomThing();
      await page.goto(await own.stage.claim(thing));
      await visitor.headline("Switch on your product");
      const places = await visitor.places();
      await context.setOffline(true);
      const told = page.getByText("You’re offline. This page will update when you reconnect.");
      await told.waitFor({ timeout: 1000 * PATIENCE }); // Sooner than it would be found by asking.
      const [headline, saying] = [await page.locator("#headline").boundingBox(), await told.boundingBox()];
      assert.ok(saying.y >= headline.y + headline.height && saying.y < headline.y + headline.height + 24);
      assert.equal(await page.locator(".advice").isVisible(), false);
      assert.deepEqual(await visitor.places(), places);
      await visitor.look("status-offline");
      const module = own.stage.module(thing);
      module.command("on");
      await module.told("onboarded");
      await visitor.headline("Switch on your product");
      await context.setOffline(false);
      await visitor.headline("Your product is registered");
      assert.equal(await page.locator("#connection").innerText(), "");
      assert.equal(await page.locator(".advice").isVisible(), true);
    }));

    test("says how to come back, and has a reference for support", () => own.visit({}, async (visitor) => {
      const { page } = visitor;
      const path = await own.stage.claim(randomThing());
      await page.goto(path);
      await visitor.headline("Switch on your product");
      await page.getByText("To come back later, scan the label again, or keep this page.").waitFor();
      const reference = await page.locator(".reference code").innerText();
      assert.match(reference, /^[0-9a-f]{8}$/);
      assert.ok(path.includes(`/${reference}`) && !path.endsWith(reference));
    }));

    test("remembers the language that was chosen", () => own.visit({}, async (visitor) => {
      const { page, context } = visitor;
      const path = await own.stage.claim(randomThing());
      await page.goto(path);
      await visitor.headline("Switch on your product");
      await page.getByRole("link", { name: "Deutsch" }).tap();
      await visitor.headline("Schalten Sie das Produkt ein");
      await page.goto(path);
      await visitor.headline("Schalten Sie das Produkt ein");
      // A page that is still open in another language asks for itself in that language, and changes nothing.
      const other = await context.newPage();
      await other.goto("/?lang=en");
      await page.waitForResponse(`**${path}?lang=de`);
      assert.equal((await context.cookies())[0].value, "en");
      await visitor.headline("Schalten Sie das Produkt ein");
    }));

    test("stops waiting when it is told to, and starts again", () => own.visit({}, async (visitor) => {
      const { page } = visitor;
      await page.goto(await own.stage.claim(randomThing()));
      await visitor.headline("Switch on your product");
      const places = await visitor.places();
      await visitor.button("Stop registration").tap();
      await visitor.headline("Registration stopped");
      assert.deepEqual(await visitor.steps(), ["Done", "Done", "Not completed", "Not completed"]);
      assert.deepEqual(await visitor.places(), places);
      await visitor.look("status-stopped");
      await visitor.button("Try again").tap();
      await visitor.headline("Switch on your product");
      assert.equal(await page.getByRole("button", { name: "Stop registration" }).count(), 1);
    }));

    test("calls the product again when it is on now", () => own.visit({}, async (visitor) => {
      const { page } = visitor;
      const thing = randomThing();
      await page.goto(await own.stage.claim(thing));
      await visitor.headline("Switch on your product");
      assert.equal(await page.getByText("We’ve contacted your product again.").count(), 0);
      await visitor.button("It’s on now").tap();
      await page.getByText("We’ve contacted your product again.").waitFor();
      await visitor.headline("Switch on your product");
      await visitor.look("status-on-now");
      own.stage.module(thing).command("on");
      await visitor.headline("Your product is registered");
      assert.equal(await visitor.button("It’s on now").count(), 0);
    }));

    test("knows a product that was registered before", () => own.visit({}, async (visitor) => {
      const { page } = visitor;
      const thing = randomThing();
      own.stage.module(thing).command("on");
      await page.goto(await own.stage.claim(thing));
      await visitor.headline("Your product is registered");
      await page.locator("#another").tap();
      await visitor.typeGroups(thing);
      await visitor.button("Register").tap();
      await visitor.headline("This product is already registered and online");
      const rule = await page.locator(".thing-title").evaluate((each) => getComputedStyle(each).borderTopWidth);
      assert.equal(rule, "0px", "a line above the only part of a card");
      await visitor.look("status-already");
      await visitor.button("It was reset, or has a new owner").tap();
      await page.getByText("This product has been registered before.").waitFor();
      await visitor.headline("Switch on your product");
      await visitor.look("status-again");
    }));
  });

  describe("of a product that does not come in time", () => {
    const own = house({ PORTAL_CLAIM_WINDOW: "6s" });

    test("can be tried again with a touch", () => own.visit({}, async (visitor) => {
      const { page } = visitor;
      const thing = randomThing();
      await page.goto(await own.stage.claim(thing));
      await visitor.headline("Switch on your product");
      await visitor.headline("We could not find your product");
      assert.deepEqual(await visitor.steps(), ["Done", "Done", "Not completed", "Not completed"]);
      await visitor.look("status-expired");
      const module = own.stage.module(thing);
      module.command("on");
      await module.told("subscribed");
      await visitor.button("Try again").tap();
      await visitor.headline("Your product is registered");
    }));
  });
});
