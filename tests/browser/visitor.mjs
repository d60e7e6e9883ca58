// SPDX-License-Identifier: Apache-2.0
// A person with a browser. Whatever they do, the pages keep within the house: no request to another origin, nothing that
// the content security policy had to stop, nothing on the console. judge() checks that; look() judges a page as it stands.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { DEADLINE_MS } from "./patience.mjs";

const modules = createRequire(path.join(process.env.EXPRESSLINK_NODE_DIR ?? import.meta.url, "/"));
const { chromium } = modules("playwright-core");
const axe = modules("axe-core");

const pictures = process.env.EXPRESSLINK_SCREENSHOTS;
if (pictures) mkdirSync(pictures, { recursive: true });

export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
export const DESKTOP = { viewport: { width: 1280, height: 800 } };
export const NARROW = { width: 320, height: 640 };
export const TOUCH_TARGET = 44;
export const SHIFT_MAX = 0.02;

/** Only loopback can be reached: a page that asks elsewhere fails, and is told of. more: further arguments. */
export function launch(more = []) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
           ...more],
    // People's browsers keep the pages they went back from.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
}

/** In the page, before anything else: what the policy stopped, and what moved. */
function watchPage() {
  document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
  });
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.reportShift(shift.value);
  }).observe({ type: "layout-shift", buffered: true });
}

/** A browser window of one's own for work(visitor); what it must never see is judged at the end. */
export async function visit(browser, origin, options, work) {
  const visitor = new Visitor(origin);
  try {
    await visitor.open(browser, options);
    await work(visitor);
    visitor.judge();
  } catch (error) {
    await visitor.picture(`failed-${Date.now()}`).catch(() => {});
    throw error;
  } finally {
    await visitor.context?.close();
  }
}

class Visitor {
  #expected = [];
  #trouble = [];
  #shift = 0;
  #isLooking = false;

  constructor(origin) {
    this.origin = origin;
  }

  async open(browser, { device = PHONE, ...options }) {
    this.context = await browser.newContext({ baseURL: this.origin, locale: "en-GB", ...device, ...options });
    this.context.setDefaultTimeout(DEADLINE_MS);
    if (options.javaScriptEnabled !== false) {
      await this.context.exposeFunction("reportShift", (shift) => { if (!this.#isLooking) this.#shift += shift; });
      await this.context.addInitScript(watchPage);
    }
    this.context.on("request", (request) => {
      if (new URL(request.url()).origin !== this.origin) this.#trouble.push(`request to ${request.url()}`);
    });
    this.context.on("console", (message) => this.#complain(`console ${message.type()}: ${message.text()}`));
    this.context.on("weberror", (error) => this.#complain(`script: ${error.error()}`));
    this.page = await this.context.newPage();
  }

  #complain(text) {
    if (!this.#expected.some((pattern) => pattern.test(text))) this.#trouble.push(text);
  }

  /** Something that the browser rightly reports, such as the status of a page that says 404. */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  judge() {
    assert.deepEqual(this.#trouble, []);
    assert.ok(this.#shift < SHIFT_MAX, `things moved by themselves: ${this.#shift}`);
  }

  /** Waits until the page says so. */
  headline(text) {
    return this.page.getByRole("heading", { level: 1, name: text, exact: true }).waitFor();
  }

  /** As on the label: groups of four, upper case. */
  async typeGroups(thing) {
    const field = this.page.locator("#identifier");
    await field.tap();
    await field.pressSequentially(thing.toUpperCase().match(/.{1,4}/g).join(" "));
  }

  /** Not page.goBack(), which waits for a page to load: one that the browser has kept does not. */
  back() {
    return this.page.evaluate(() => history.back());
  }

  forward() {
    return this.page.evaluate(() => history.forward());
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** What stands beside the four steps. */
  steps() {
    return this.page.locator(".step-word").allInnerTexts();
  }

  /** Where the parts of the status page stand that are there in every state. */
  places() {
    return this.page.evaluate(() => Object.fromEntries(
      ["main > :nth-child(2)", ".step:nth-child(1)", ".step:nth-child(4)", ".thing", "#another"].map((selector) => {
        const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
        return [selector, [x, y + scrollY, width, height]];
      })));
  }

  /** Judges the page as it stands, and takes its pictures. The page must stay as it is meanwhile. */
  async look(name) {
    const { page } = this;
    const viewport = page.viewportSize();
    this.#isLooking = true;
    for (const [colorScheme, rules] of [["dark", { runOnly: ["color-contrast"] }], ["light", {}]]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await this.picture(`${name}-${colorScheme}`);
      await this.#checkAccess(`${name}, ${colorScheme}`, rules);
    }
    await this.#checkTargets(name);
    await this.#checkWidth(name);
    await page.setViewportSize(DESKTOP.viewport);
    await this.picture(`${name}-desktop`);
    await page.setViewportSize(viewport);
    await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); }));
    this.#isLooking = false;
  }

  async picture(name, options = {}) {
    if (!pictures) return;
    const fullPage = await this.page.locator("dialog[open]").count() === 0;
    await this.page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage, ...options });
  }

  async #checkAccess(what, rules) {
    if (!await this.page.evaluate(() => "axe" in window)) await this.page.evaluate(axe.source);
    const found = await this.page.evaluate((options) => window.axe.run(document, options), rules);
    const doubts = found.incomplete.filter((each) => each.id === "color-contrast");
    const told = [...found.violations, ...doubts].map(({ id, nodes }) => [id, ...nodes.map((node) => node.html)]);
    assert.deepEqual(told, [], `axe-core: ${what}`);
    assert.ok(found.passes.some((each) => each.id === "color-contrast"), `axe-core has judged nothing: ${what}`);
  }

  async #checkTargets(what) {
    const targets = await this.page.evaluate(() => {
      const all = document.querySelectorAll("a, button, select, textarea, input:not([type=hidden])");
      return [...all].filter((each) => each.checkVisibility()).map((each) => {
        const { width, height } = each.getBoundingClientRect();
        return { html: each.outerHTML.slice(0, 80), size: Math.min(width, height) };
      });
    });
    assert.ok(targets.length > 1, `no targets: ${what}`);
    assert.deepEqual(targets.filter(({ size }) => size < TOUCH_TARGET), [], `too small to touch: ${what}`);
  }

  /** The narrowest screens, with letters twice as large too: everything is there without scrolling sideways. */
  async #checkWidth(what) {
    const { page } = this;
    for (const size of ["100%", "200%"]) {
      await page.setViewportSize(NARROW);
      await page.evaluate((text) => { document.documentElement.style.fontSize = text; }, size);
      const wide = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        const out = [...document.querySelectorAll("main *, dialog *")].filter((each) =>
          each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== "inline"
          && each.clientWidth > 1 && !["INPUT", "TEXTAREA"].includes(each.tagName));
        return { scrollWidth, clientWidth, out: out.map((each) => each.outerHTML.slice(0, 120)) };
      });
      if (size === "200%") await this.picture(`${what}-narrow`);
      assert.ok(wide.scrollWidth <= wide.clientWidth, `${what} scrolls sideways at ${size}: ${JSON.stringify(wide)}`);
      assert.deepEqual(wide.out, [], `${what}: cut off at ${size}`);
    }
    await page.evaluate(() => { document.documentElement.style.fontSize = ""; });
  }
}
