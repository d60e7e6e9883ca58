// SPDX-License-Identifier: Apache-2.0
// Whose product it is, as people go through it: buy, register, hand over, register again, ask, decide, contest, prove, give up.
// The module is really switched off and on.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { house } from "./house.mjs";
import { atATime } from "./patience.mjs";
import { eventually, randomThing } from "./stage.mjs";

const REGISTERED = "Your product is registered";
const FORMER = "This product is no longer registered to you";

/** Counts what a person touches. */
class Touches {
  count = 0;

  async tap(target) {
    this.count += 1;
    await target.tap();
  }
}

describe("whose product it is", { concurrency: atATime(2) }, () => {
  const own = house();
  const noScripts = { javaScriptEnabled: false };

  /** A new product, switched on and registered by this visitor. The label's link is what a phone's camera opens. */
  async function buy(visitor) {
    const thing = randomThing();
    const module = own.stage.module(thing);
    const touches = new Touches();
    touches.count += 1; // the phone's own: "open this page"
    await visitor.page.goto(`/r/${thing}`);
    await touches.tap(visitor.button("Register"));
    await visitor.headline("Switch on your product");
    module.command("on");
    await visitor.headline(REGISTERED);
    await visitor.page.getByRole("heading", { name: "This product is yours" }).waitFor();
    return { thing, module, touches: touches.count, path: new URL(visitor.page.url()).pathname };
  }

  /** The owner's link for the next one. */
  async function handOver(visitor) {
    await visitor.page.locator("#hand-over").tap();
    await visitor.headline("Hand over your product");
    await visitor.button("Make a link").tap();
    const link = visitor.page.locator(".link code");
    await link.waitFor();
    return new URL(await link.innerText()).pathname;
  }

  test("from the scan to the registered product in at most three touches", () => own.visit({}, async (visitor) => {
    const { touches } = await buy(visitor);
    assert.ok(touches <= 3, `${touches} touches`);
    await visitor.look("owner");
  }));

  for (const [how, options] of [["with script", {}], ["without script", noScripts]]) {
    test(`handed over ${how}`, () => own.visit(options, async (ann) => {
      const { thing, path } = await buy(ann);
      const link = await handOver(ann);
      if (how === "with script") await ann.look("hand-over");
      await own.visit(options, async (ben) => {
        await ben.page.goto(link);
        await ben.headline("Take over this product");
        if (how === "with script") await ben.look("take-over");
        await ben.button("It’s mine now").tap();
        await ben.headline(REGISTERED);
        assert.equal(await ben.page.locator(".thing code").innerText(), thing);
        await ann.page.goto(path);
        await ann.headline(FORMER);
        assert.equal(await ann.page.getByText(thing).count(), 0);
        if (how === "with script") await ann.look("former");
        ben.expect(/410/);
        await ben.page.goto(link);
        await ben.headline("This link cannot be used");
        if (how === "with script") await ben.look("take-over-ended");
      });
    }));
  }

  test("asked for by another one; the owner keeps it, then passes it on", () => own.visit({}, async (ben) => {
    const { thing, path } = await buy(ben);
    await own.visit({}, async (cleo) => {
      await cleo.page.goto(`/r/${thing}`);
      await cleo.button("Register").tap();
      await cleo.headline("This product is already registered and online");
      await cleo.look("taken");
      await cleo.button("Ask the owner").tap();
      await cleo.headline("We’ve sent your request");
      await cleo.look("asking");
      await ben.page.goto(path);
      await ben.page.getByText("Someone asked for this product").waitFor();
      await ben.look("owner-asked");
      await ben.page.getByRole("link", { name: "Keep it" }).tap();
      await ben.headline("Keep your product?");
      await ben.look("deny");
      await ben.button("Keep it").tap();
      await ben.headline(REGISTERED);
      await cleo.headline("Our support team will decide");
      await cleo.look("disputed");
      await ben.page.getByRole("link", { name: "Pass it on" }).tap();
      await ben.headline("Pass on your product?");
      await ben.look("accept");
      await ben.page.getByRole("checkbox").check();
      await ben.button("Pass it on").tap();
      await ben.headline(FORMER);
      await ben.page.getByText("We erased what you had told us on").waitFor();
      await cleo.headline(REGISTERED);
      await cleo.page.locator("#release").tap();
      await cleo.headline("Give up your product?");
      await cleo.look("release");
      await cleo.page.locator("#back").tap();
      await cleo.headline(REGISTERED);
      await cleo.page.locator("#release").tap();
      await cleo.page.getByRole("checkbox").check();
      await cleo.button("Give it up").tap();
      await cleo.headline(FORMER);
      await cleo.look("released");
    });
  }));

  test("registered once more by its owner, after a reset: the same page goes on", () => own.visit({}, async (ann) => {
    const { thing, module, path } = await buy(ann);
    module.command("off");
    await module.told("off");
    module.command("reset");
    await ann.page.goto(`/r/${thing}`);
    await ann.button("Register").tap();
    await ann.page.waitForURL(`**${path}?*`);
    const cookie = (await ann.context.cookies()).find(({ name }) => name === "browser");
    assert.ok(cookie.httpOnly && cookie.sameSite === "Lax" && /^[0-9a-f]{32}$/.test(cookie.value));
  }));

  for (const [how, options] of [["with script", {}], ["without script", noScripts]]) {
    test(`contested, and proven by switching it off and on, ${how}`, () => own.visit(options, async (dan) => {
      const thing = randomThing();
      const module = own.stage.module(thing);
      const register = async (visitor) => {
        await visitor.page.goto(`/r/${thing}`);
        await visitor.button("Register").tap();
        await visitor.headline("Switch on your product");
      };
      await register(dan);
      await own.visit(options, async (eve) => {
        await register(eve);
        module.command("on");
        await dan.headline("More than one person has tried to register this product");
        await eve.headline("More than one person has tried to register this product");
        if (how === "with script") await dan.look("contested");
        await dan.button("Start").tap();
        await dan.page.getByText("Switch the product off.").waitFor();
        const left = () => dan.page.locator("#countdown").innerText();
        const before = await left();
        assert.match(before, /^[23]:\d\d$/);
        await eventually(async () => await left() !== before, "the countdown goes on");
        if (how === "with script") await dan.look("power-cycle");
        await module.settled();
        module.command("off");
        await module.told("off");
        module.command("on");
        await dan.page.getByText("We saw it go off and on.").waitFor();
        if (how === "with script") await dan.look("power-cycle-again");
        await eve.button("Stop registration").tap();
        await eve.headline("Registration stopped");
        await dan.headline(REGISTERED);
        await dan.page.getByRole("heading", { name: "This product is yours" }).waitFor();
      });
    }));
  }
});
