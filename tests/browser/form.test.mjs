// SPDX-License-Identifier: Apache-2.0
// The form when something is not as it should be, and the ways back.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { catalogue, house } from "./house.mjs";
import { atATime } from "./patience.mjs";
import { randomThing } from "./stage.mjs";
import { NARROW } from "./visitor.mjs";

/** As on the label. */
function inGroups(thing) {
  return thing.match(/.{1,4}/g).join(" ");
}

describe("the form", { concurrency: atATime(3) }, () => {
  const own = house({
    PORTAL_ENDPOINT_SANDBOX_LABEL: "Europe",
    PORTAL_ENDPOINT_OTHER_ADDRESS: "127.0.0.3",
    PORTAL_ENDPOINT_OTHER_LABEL: "Anywhere else",
    PORTAL_CLAIM_DEFAULT_ENDPOINT: "sandbox",
  });

  async function checkProblem(visitor, typed, message) {
    const { page } = visitor;
    const field = page.locator("#identifier");
    const error = page.locator("#identifier-error");
    await error.waitFor();
    assert.equal((await error.innerText()).trim(), message);
    assert.equal(await field.inputValue(), typed);
    assert.equal(await field.evaluate((each) => each === document.activeElement), true);
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.match(await field.getAttribute("aria-describedby"), /\bidentifier-error\b/);
    const [above, below] = [await field.boundingBox(), await error.boundingBox()];
    const gap = below.y - above.y - above.height;
    assert.ok(gap >= 0 && gap < 24, `the message is ${gap} away from its field`);
    assert.match(await page.title(), /^Please check:/);
  }

  test("says beside the field what is wrong with it", () => own.visit({}, async (visitor) => {
    const { page } = visitor;
    visitor.expect(/status of 422/);
    const thing = randomThing();
    const wrong = `${thing.slice(0, 5)}g${thing.slice(6)}`;
    await page.goto("/");
    await page.locator("#endpoint").selectOption("Anywhere else");
    await page.locator("#identifier").fill(wrong);
    await visitor.button("Register").tap();
    await checkProblem(visitor, inGroups(wrong),
                       "Character 6 (“g”) is not allowed in a device ID. It has only 0–9 and A–F.");
    assert.equal(await page.locator("#endpoint").inputValue(), "other");
    await visitor.look("form-wrong");

    await page.locator("#identifier").fill(thing.slice(2));
    await visitor.button("Register").tap();
    await checkProblem(visitor, inGroups(thing.slice(2)), "A device ID has 32 characters. You entered 30.");

    await page.locator("#identifier").fill(" ");
    await visitor.button("Register").tap();
    await checkProblem(visitor, "", "Enter the device ID.");

    await page.locator("#identifier").fill(thing);
    await visitor.button("Register").tap();
    await visitor.headline("Switch on your product");
  }));

  test("shows the ID in groups while it is typed, and counts", () => own.visit({}, async (visitor) => {
    const { page } = visitor;
    const field = page.locator("#identifier");
    const count = page.locator("#identifier-count");
    const thing = "0123456789abcdef0123456789abcdef";
    await page.goto("/");
    assert.equal(await count.innerText(), "0 of 32");
    await field.pressSequentially("0123456789AB");
    assert.equal(await field.inputValue(), "0123 4567 89AB");
    assert.equal(await count.innerText(), "12 of 32");
    for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Backspace");
    await page.keyboard.type("ff");
    assert.equal(await field.inputValue(), "0123 456f f89A B");
    await page.keyboard.type("c");
    assert.equal(await field.inputValue(), "0123 456f fc89 AB");
    await field.fill("Device ID of my toaster");
    assert.equal(await field.inputValue(), "Device ID of my toaster");
    assert.equal(await count.innerText(), "");
    await field.fill(`http://127.0.0.1/r/${thing}`);
    assert.equal(await field.inputValue(), `http://127.0.0.1/r/${thing}`);
    await field.fill(`${thing}/3Q`);
    assert.equal(await field.inputValue(), `${inGroups(thing)} /\u00a03Q`);
    assert.equal(await count.innerText(), "34 of 34");
  }));

  test("leaves two IDs apart, and says that they are two", () => own.visit({}, async (visitor) => {
    const { page } = visitor;
    visitor.expect(/status of 422/);
    const both = "0123456789abcdef0123456789abcdef fedcba9876543210fedcba9876543210";
    await page.goto("/");
    await page.locator("#identifier").fill(both);
    assert.equal(await page.locator("#identifier").inputValue(), both);
    assert.equal(await page.locator("#identifier-count").innerText(), "");
    await visitor.button("Register").tap();
    await checkProblem(visitor, both, "There are two different device IDs in this text. Enter only the one of your product.");
  }));

  test("shows the whole ID on the narrowest screens", () => own.visit({}, async (visitor) => {
    const { page } = visitor;
    await page.setViewportSize(NARROW);
    await page.goto("/");
    await page.locator("#identifier").fill("0123456789abcdef0123456789abcdef/3Q");
    await visitor.picture("form-narrow-typed", { fullPage: false });
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = await page.locator("#identifier").evaluate(
      ({ scrollWidth, clientWidth, scrollHeight, clientHeight }) => ({ scrollWidth, clientWidth, scrollHeight, clientHeight }));
    assert.ok(scrollWidth <= clientWidth && scrollHeight <= clientHeight, "something of it is out of sight");
  }));

  test("keeps the field red and in view with its error on the narrowest screens", () => own.visit({}, async (visitor) => {
    const { page } = visitor;
    visitor.expect(/status of 422/);
    await page.setViewportSize(NARROW);
    await page.goto("/");
    await page.locator("#identifier").fill("0123456789abcdef0123456789abcde");
    await visitor.button("Register").tap();
    await page.locator("#identifier-error").waitFor();
    await visitor.picture("form-narrow-wrong", { fullPage: false });
    for (const selector of ["label[for=identifier]", "#identifier", "#identifier-error"]) {
      const { y, height } = await page.locator(selector).boundingBox();
      assert.ok(y >= 0 && y + height <= NARROW.height, `${selector} is out of view: ${y}, ${height}`);
    }
    const { border, bad, isFocused } = await page.locator("#identifier").evaluate((each) => {
      const probe = document.createElement("i");
      probe.style.color = "var(--bad)";
      document.body.append(probe);
      const bad = getComputedStyle(probe).color;
      probe.remove();
      return { border: getComputedStyle(each).borderTopColor, bad, isFocused: each === document.activeElement };
    });
    assert.ok(isFocused);
    assert.equal(border, bad);
  }));

  test("has one main button: to scan, then to register", () => own.visit({}, async (visitor) => {
    const { page } = visitor;
    const isMain = (selector) => page.locator(selector).evaluate(
      (each) => getComputedStyle(each).backgroundColor !== "rgba(0, 0, 0, 0)");
    const main = async () => [await isMain("#scan-camera"), await isMain("#register")];
    await page.emulateMedia({ reducedMotion: "reduce" }); // Colours change at once.
    await page.goto("/");
    assert.deepEqual(await main(), [true, false]);
    await page.locator("#identifier").fill("0123");
    assert.deepEqual(await main(), [false, true]);
    await page.locator("#identifier").fill("");
    assert.deepEqual(await main(), [true, false]);
  }));

  test("without scripts shows the whole ID too", () => own.visit({ javaScriptEnabled: false }, async (visitor) => {
    visitor.expect(/status of 422/);
    const { page } = visitor;
    const thing = randomThing();
    await page.setViewportSize(NARROW);
    await page.goto("/");
    await page.locator("#identifier").fill(inGroups(thing.slice(1)));
    await visitor.picture("form-narrow-no-script", { fullPage: false });
    assert.equal(await page.locator("#identifier-count").isVisible(), false);
    await visitor.button("Register").tap();
    await page.getByText("A device ID has 32 characters. You entered 31.").waitFor();
    assert.equal(await page.locator("#identifier").inputValue(), inGroups(thing.slice(1)));
    await page.locator("#identifier").fill(inGroups(thing));
    await visitor.button("Register").tap();
    await visitor.headline("Switch on your product");
  }));

  test("shows what was scanned as it is on the label, with its check characters", () => own.visit({}, async (visitor) => {
    await visitor.page.goto("/r/0123456789abcdef0123456789abcdef");
    assert.equal((await visitor.page.locator(".thing").innerText()).trim(), "0123456789abcdef0123456789abcdef / 3Q");
  }));

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? "" : " without scripts";
    test(`speaks the language that was chosen, and keeps what was typed,${how}`, () => own.visit({ javaScriptEnabled }, async (visitor) => {
      const { page, context } = visitor;
      const texts = catalogue("de");
      await page.goto("/");
      await page.locator("#identifier").fill("0123 4567");
      await page.locator("#endpoint").selectOption("other");
      await visitor.button("Deutsch").tap();
      await visitor.headline(texts.form_title);
      assert.equal(await page.locator("#identifier").inputValue(), "0123 4567");
      assert.equal(await page.locator("#endpoint").inputValue(), "other");
      await page.goto("/");
      await visitor.headline(texts.form_title);
      const [{ name, value, sameSite }] = await context.cookies();
      assert.deepEqual({ name, value, sameSite }, { name: "lang", value: "de", sameSite: "Lax" });
      await page.goto("/r/0123456789abcdef0123456789abcdef");
      await page.locator("#endpoint").selectOption("other");
      await visitor.button("English").tap();
      await page.getByText("Check that this device ID matches the label on your product.").waitFor();
      assert.equal(await page.locator(".thing code").innerText(), "0123456789abcdef0123456789abcdef");
      assert.equal(await page.locator("#endpoint").inputValue(), "other");
      await page.goto("/");
      await visitor.headline("Register your product");
    }));
  }

  test("leads back to the last registration on this device, until it is forgotten", () => own.visit({}, async (visitor) => {
    const { page } = visitor;
    visitor.expect(/status of 404/);
    const thing = randomThing();
    await page.goto("/");
    assert.equal(await page.locator("#last").isVisible(), false);
    const status = await own.stage.claim(thing);
    await page.goto(status);
    await page.goto("/");
    const link = page.getByRole("link", { name: `Your last registration: device ID ending in ${thing.slice(-4)}` });
    await visitor.look("form-last");
    await link.tap();
    await visitor.headline("Switch on your product");
    assert.equal(new URL(page.url()).pathname, status);
    assert.deepEqual(Object.keys(await page.evaluate(() => JSON.parse(localStorage.lastRegistration))), ["path", "end"]);
    await page.goto("/");
    await visitor.button("Forget it").tap();
    assert.equal(await link.isVisible(), false);
    await page.reload();
    assert.equal(await link.isVisible(), false);
    const gone = "/registrations/0123456789abcdef0123456789abcdef";
    await page.evaluate((path) => { localStorage.lastRegistration = JSON.stringify({ path, end: "cdef" }); }, gone);
    await page.goto(gone);
    await visitor.headline("Page not found");
    await page.goto("/");
    assert.equal(await page.locator("#last").isVisible(), false);
  }));

  test("keeps what was typed as text", () => own.visit({}, async (visitor) => {
    visitor.expect(/status of 422/);
    const typed = `"><script>console.error("let in")</script>&amp;`;
    await visitor.page.goto("/");
    await visitor.page.locator("#identifier").fill(typed);
    await visitor.button("Register").tap();
    await visitor.page.locator("#identifier-error").waitFor();
    assert.equal(await visitor.page.locator("#identifier").inputValue(), typed);
  }));

  test("of a bad link has room to type", () => own.visit({}, async (visitor) => {
    visitor.expect(/status of 422/);
    await visitor.page.goto("/r/not-a-thing");
    await visitor.page.locator("#identifier-error").waitFor();
    assert.equal(await visitor.page.locator("#identifier").inputValue(), "not-a-thing");
    await visitor.look("form-bad-link");
  }));

  test("asks where the product will be used, where there is a choice", () => own.visit({}, async (visitor) => {
    await visitor.page.goto("/");
    assert.deepEqual(await visitor.page.locator("#endpoint option").allInnerTexts(), ["Europe", "Anywhere else"]);
    await visitor.look("form-choice");
  }));

  test("is there again after the back button, and the status page after forward", () => own.visit({}, async (visitor) => {
    const { page } = visitor;
    const thing = randomThing();
    await page.goto("/");
    await visitor.typeGroups(thing);
    const typed = await page.locator("#identifier").inputValue();
    await visitor.button("Register").tap();
    await visitor.headline("Switch on your product");
    await visitor.back();
    await visitor.headline("Register your product");
    assert.equal(await page.locator("#identifier").inputValue(), typed);
    own.stage.module(thing).command("on");
    await visitor.forward();
    await visitor.headline("Your product is registered");
  }));

  // A page that answers a POST comes back only when it may be kept: `Cache-Control: private, no-cache`, not `no-store`.
  test("is there again behind a mistake that was put right", () => own.visit({}, async (visitor) => {
    visitor.expect(/status of 422/);
    const { page } = visitor;
    const thing = randomThing();
    await page.goto("/");
    await page.locator("#identifier").fill(thing.slice(1));
    await visitor.button("Register").tap();
    await page.locator("#identifier-error").waitFor();
    await page.locator("#identifier").fill(thing);
    await visitor.button("Register").tap();
    await visitor.headline("Switch on your product");
    await visitor.back();
    await page.locator("#identifier-error").waitFor();
  }));

  test("is one touch away from a page that is not there", () => own.visit({}, async (visitor) => {
    const { page } = visitor;
    visitor.expect(/status of 404/);
    const answer = await page.goto("/registrations/nothing");
    assert.equal(answer.status(), 404);
    await visitor.headline("Page not found");
    await visitor.look("problem-404");
    await page.getByRole("link", { name: "Register a product" }).tap();
    await visitor.headline("Register your product");
  }));
});
