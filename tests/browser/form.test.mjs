// SPDX-License-Identifier: Apache-2.0
// The form when something is not as it should be, and the ways back.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { house } from "./house.mjs";
import { atATime } from "./patience.mjs";
import { randomThing } from "./stage.mjs";

describe("the form", { concurrency: atATime(3) }, () => {
  const own = house({
    PORTAL_ENDPOINT_SANDBOX_LABEL: "Europe",
    PORTAL_ENDPOINT_OTHER_ADDRESS: "127.0.0.3",
    PORTAL_ENDPOINT_OTHER_LABEL: "Anywhere else",
    PORTAL_CLAIM_DEFAULT_ENDPOINT: "sandbox",
  });

  async function checkProblem(visitor, typed, message) {
    const { page } = visitor;
    const field = page.locator("input#identifier");
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
    await checkProblem(visitor, wrong,
                       "Character 6 (“g”) is not allowed in a device ID. It has only 0–9 and A–F.");
    assert.equal(await page.locator("#endpoint").inputValue(), "other");
    await visitor.look("form-wrong");

    await page.locator("#identifier").fill(thing.slice(2));
    await visitor.button("Register").tap();
    await checkProblem(visitor, thing.slice(2), "A device ID has 32 characters. You entered 30.");

    await page.locator("#identifier").fill(" ");
    await visitor.button("Register").tap();
    await checkProblem(visitor, " ", "Enter the device ID.");

    await page.locator("#identifier").fill(thing);
    await visitor.button("Register").tap();
    await visitor.headline("Switch on your product");
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
