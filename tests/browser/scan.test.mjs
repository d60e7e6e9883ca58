// SPDX-License-Identifier: Apache-2.0
// The label is scanned or photographed instead of typed. Chromium's fake camera plays a video of a label; the portal's
// own decoder reads it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";

import { catalogue, house } from "./house.mjs";
import { photograph, writeVideo } from "./label_picture.mjs";
import { atATime } from "./patience.mjs";
import { eventually, randomThing } from "./stage.mjs";
import { launch, NARROW, visit } from "./visitor.mjs";

const run = promisify(execFile);
const texts = catalogue("en");

const ALLOW = "--use-fake-ui-for-media-stream";
const REFUSE = "--use-fake-ui-for-media-stream=deny";
const FRAME_BYTES_MAX = 120000;
const FRAME_SIDE_MAX = 640;
const FRAME_MS = 400;

/** As printed on labels of this portal. */
function labelOf(thing) {
  return `http://127.0.0.1/r/${thing}`;
}

/** In the page: keeps the tracks of every camera, and has no reader of codes of its own. */
function watchCamera() {
  delete window.BarcodeDetector;
  window.tracks = [];
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    window.tracks.push(...stream.getTracks());
    return stream;
  };
}

/** In the page: how large a picture is, and how far from grey. */
async function measure(blob) {
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  let colour = 0;
  for (let i = 0; i < data.length; i += 4) colour = Math.max(colour, Math.abs(data[i] - data[i + 1]));
  return { side: Math.max(width, height), colour };
}

/** In the page: tells of each request to the label API, and how many of them are under way. */
function watchRequests() {
  const send = window.fetch;
  let underWay = 0;
  window.fetch = async (address, options) => {
    const [, what] = address.match(/\/api\/v1\/labels\/(\w+)\?lang=/) ?? [];
    if (what === undefined) return send(address, options);
    const { size, type } = new Blob([options.body], { type: options.headers["Content-Type"] });
    const text = typeof options.body === "string" ? JSON.parse(options.body).text : null;
    if (text === null) window.lastSent = options.body;
    const at = document.timeline.currentTime; // Of no clock that a test turns forward.
    underWay += 1;
    window.reportSent({ what, at, size, type, text, underWay });
    try {
      return await send(address, options);
    } finally {
      underWay -= 1;
    }
  };
}

/** In the page: Chromium on Linux has no BarcodeDetector. This one is real but for its place: what it is shown is read
 * by zbar, outside of the browser. */
function standInDetector() {
  window.BarcodeDetector = class {
    static async getSupportedFormats() {
      return ["ean_13", "qr_code"];
    }

    async detect(source) {
      const canvas = document.createElement("canvas");
      canvas.width = source.videoWidth ?? source.width;
      canvas.height = source.videoHeight ?? source.height;
      canvas.getContext("2d").drawImage(source, 0, 0);
      const read = await window.readOutside(canvas.toDataURL("image/png").split(",")[1]);
      return read.map((rawValue) => ({ rawValue, format: "qr_code" }));
    }
  };
}

describe("scanning", { concurrency: atATime(2) }, () => {
  const own = house({ PORTAL_LABELS_PICTURES_PER_MINUTE: "0" });

  /** A visitor with what has gone to the label API, in visitor.sent. */
  async function watch(visitor) {
    const { page } = visitor;
    visitor.sent = [];
    visitor.expect(/status of 422/); // No code in this picture.
    visitor.word = page.locator(".word");
    visitor.says = (text) => page.locator(".word", { hasText: text }).waitFor();
    visitor.cameras = () => page.evaluate(() => window.tracks.map((track) => track.readyState));
    await visitor.context.exposeFunction("reportSent", (request) => visitor.sent.push(request));
    await visitor.context.addInitScript(watchRequests);
    await visitor.context.addInitScript(watchCamera);
  }

  /** A browser whose camera shows labels with these texts; null: two cameras, with pictures of Chromium's own. */
  async function withCamera(labels, { more = ALLOW, detector = false, ...options }, work) {
    const folder = await mkdtemp(path.join(tmpdir(), "expresslink-camera-"));
    const video = path.join(folder, "label.y4m");
    if (labels !== null) writeVideo(video, labels);
    const cameras = labels === null ? ["--use-fake-device-for-media-stream=device-count=2"]
      : ["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${video}`];
    const browser = await launch([...cameras, more]);
    try {
      await visit(browser, own.stage.origin, options, async (visitor) => {
        await watch(visitor);
        if (detector) await giveDetector(visitor, folder);
        await visitor.page.goto("/");
        await work(visitor);
      });
    } finally {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    }
  }

  async function giveDetector(visitor, folder) {
    visitor.looked = 0;
    await visitor.context.exposeFunction("readOutside", async (png) => {
      const file = path.join(folder, "shown.png");
      await writeFile(file, Buffer.from(png, "base64"));
      const read = await run("zbarimg", ["-q", "--raw", file]).catch(() => ({ stdout: "" }));
      visitor.looked += 1;
      return read.stdout.split("\n").filter(Boolean);
    });
    await visitor.context.addInitScript(standInDetector);
  }

  /** A browser without a camera. */
  function withoutCamera(options, work) {
    return own.visit(options, async (visitor) => {
      await watch(visitor);
      await visitor.page.goto("/");
      await work(visitor);
    });
  }

  function scan(visitor, name = texts.scan_button) {
    return visitor.button(name).tap();
  }

  async function choosePhoto(visitor, buffer, name = "label.png", mimeType = "image/png") {
    await visitor.page.locator("#scan-file").setInputFiles({ name, mimeType, buffer });
  }

  async function claimToTheEnd(visitor, thing) {
    const { page } = visitor;
    await page.waitForURL(`**/r/${thing}?lang=en`);
    assert.equal(await page.locator(".thing code").innerText(), thing);
    assert.equal(await page.locator("#identifier").inputValue(), thing);
    await visitor.button("Register").tap();
    await visitor.headline("Switch on your product");
    own.stage.module(thing).command("on");
    await visitor.headline("Your product is registered");
  }

  describe("by the camera", { concurrency: atATime(2) }, () => {
    test("frames of the video are read by the portal; from label to arrived", () => {
      const thing = randomThing();
      return withCamera([labelOf(thing)], {}, async (visitor) => {
        await scan(visitor);
        await claimToTheEnd(visitor, thing);
        assert.deepEqual([...new Set(visitor.sent.map((each) => each.what))], ["decode"]);
        for (const { size, type } of visitor.sent) {
          assert.equal(type, "image/jpeg");
          assert.ok(size < FRAME_BYTES_MAX, `${size} bytes for a frame`);
        }
      });
    });

    test("what the browser reads by itself needs no frames; from label to arrived", () => {
      const thing = randomThing();
      return withCamera([labelOf(thing)], { detector: true }, async (visitor) => {
        await scan(visitor);
        await claimToTheEnd(visitor, thing);
        assert.deepEqual(visitor.sent.map((each) => each.what), ["read"]);
        assert.equal(visitor.sent[0].text, labelOf(thing));
      });
    });

    test("a few frames a second, one at a time; Cancel ends it all", () => withCamera([], {}, async (visitor) => {
      const { page } = visitor;
      await scan(visitor);
      await visitor.says(texts.scan_aim);
      await eventually(() => visitor.sent.length >= 4, "frames are sent");
      const gaps = visitor.sent.slice(1).map(({ at }, i) => at - visitor.sent[i].at);
      assert.ok(gaps.every((gap) => gap > FRAME_MS * 0.9), `frames came after ${gaps} ms`);
      const { side, colour } = await page.evaluate(`(${measure})(window.lastSent)`);
      assert.ok(side <= FRAME_SIDE_MAX && colour < 8, `a frame of ${side} pixels, ${colour} from grey`);
      assert.deepEqual(await visitor.cameras(), ["live"]);
      await visitor.button(texts.scan_cancel).tap();
      assert.deepEqual(await visitor.cameras(), ["ended"]);
      assert.equal(await page.locator("dialog[open]").count(), 0);
      assert.equal(await page.evaluate(() => document.activeElement.id), "scan-camera");
      assert.ok(visitor.sent.every((each) => each.underWay === 1), "more than one under way");
      const { length } = visitor.sent;
      await page.evaluate((wait) => new Promise((done) => { setTimeout(done, wait); }), FRAME_MS * 3);
      assert.equal(visitor.sent.length, length);
      await scan(visitor);
      await visitor.says(texts.scan_aim);
      await visitor.look("scan-aim"); // last: on a busy machine it outlasts the scanner's patience
    }));

    test("another maker's label is told in words, and scanning goes on", () => {
      return withCamera(["https://other.example/p/1234567"], {}, async (visitor) => {
        await scan(visitor);
        await visitor.says(texts.label_problem_foreign);
        const { length } = visitor.sent;
        await eventually(() => visitor.sent.length > length, "scanning goes on");
        await visitor.look("scan-foreign");
        assert.deepEqual(await visitor.cameras(), ["live"]);
      });
    });

    test("the same text is asked for once", () => {
      return withCamera(["https://other.example/p/1234567"], { detector: true }, async (visitor) => {
        await scan(visitor);
        await visitor.says(texts.label_problem_foreign);
        const { looked } = visitor;
        await eventually(() => visitor.looked > looked + 3, "it goes on looking");
        assert.deepEqual(visitor.sent.map((each) => each.what), ["read"]);
        assert.deepEqual(await visitor.cameras(), ["live"]);
      });
    });

    for (const detector of [false, true]) {
      test(`two labels in view are told, ${detector ? "read by the browser" : "read by the portal"}`, () => {
        return withCamera([labelOf(randomThing()), labelOf(randomThing())], { detector }, async (visitor) => {
          await scan(visitor);
          await visitor.says(detector ? texts.scan_several : texts.label_problem_several);
          assert.deepEqual(await visitor.cameras(), ["live"]);
        });
      });
    }

    const poorDetectors = {
      "finds nothing": () => { BarcodeDetector.prototype.detect = async () => []; },
      fails: () => { BarcodeDetector.prototype.detect = async () => { throw new Error("not on this device"); }; },
      hangs: () => { BarcodeDetector.prototype.detect = () => new Promise(() => {}); },
    };
    for (const [how, spoil] of Object.entries(poorDetectors)) {
      test(`the portal's reader helps where the browser's ${how}`, () => {
        const thing = randomThing();
        return withCamera([labelOf(thing)], { detector: true }, async (visitor) => {
          const { page } = visitor;
          await page.clock.install();
          await page.evaluate(spoil);
          await scan(visitor);
          if (how !== "fails") { // That is found out at once.
            await visitor.says(texts.scan_aim);
            await page.clock.fastForward(8500);
          }
          await page.waitForURL(`**/r/${thing}?lang=en`);
          assert.deepEqual([...new Set(visitor.sent.map((each) => each.what))], ["decode"]);
        });
      });
    }

    test("a hidden page has no camera, sends nothing; then it goes on", () => withCamera([], {}, async (visitor) => {
      const { page } = visitor;
      const hide = (hidden) => page.evaluate((value) => {
        Object.defineProperty(document, "hidden", { value, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
      await scan(visitor);
      await visitor.says(texts.scan_aim);
      await eventually(() => visitor.sent.length >= 1, "frames are sent");
      await hide(true);
      assert.deepEqual(await visitor.cameras(), ["ended"]);
      const { length } = visitor.sent;
      await page.evaluate((wait) => new Promise((done) => { setTimeout(done, wait); }), FRAME_MS * 3);
      assert.equal(visitor.sent.length, length);
      await hide(false);
      await eventually(() => visitor.sent.length > length, "frames are sent again");
      assert.deepEqual(await visitor.cameras(), ["ended", "live"]);
    }));

    test("asked to wait, it waits as long, and says so", () => withCamera([], {}, async (visitor) => {
      const { page } = visitor;
      visitor.expect(/status of 429/);
      await page.clock.install();
      await page.route("**/labels/decode*", (route) => route.fulfill({
        status: 429, headers: { "Retry-After": "30" }, json: { status: 429 },
      }));
      await scan(visitor);
      await visitor.says(texts.scan_busy);
      await page.clock.fastForward(20000);
      await page.evaluate(() => new Promise((done) => { setTimeout(done, 900); }));
      assert.equal(visitor.sent.length, 1);
      await visitor.says(texts.scan_busy);
      await page.clock.fastForward(10000);
      await eventually(() => visitor.sent.length === 2, "it asks again");
    }));

    test("without a connection it says so, and goes on when it is back", () => {
      const thing = randomThing();
      return withCamera([], {}, async (visitor) => {
        const { page } = visitor;
        visitor.expect(/ERR_INTERNET_DISCONNECTED/);
        await scan(visitor);
        await visitor.says(texts.scan_aim);
        await visitor.context.setOffline(true);
        await visitor.says(texts.scan_offline);
        await page.route("**/labels/decode*", (route) => route.fulfill({ json: { text: thing, identifier: thing } }));
        await visitor.context.setOffline(false);
        await page.waitForURL(`**/r/${thing}?lang=en`);
      });
    });

    test("after a long time without a code it rests, and says what helps", () => withCamera([], {}, async (visitor) => {
      const { page } = visitor;
      await page.clock.install();
      await scan(visitor);
      await visitor.says(texts.scan_aim);
      await page.clock.fastForward(16000);
      await visitor.says(texts.scan_slow);
      await page.clock.fastForward(30000);
      await visitor.says(texts.scan_tired);
      assert.deepEqual(await visitor.cameras(), ["ended"]);
      await visitor.look("scan-tired");
      await visitor.button(texts.retry_button).tap();
      await visitor.says(texts.scan_aim);
      assert.deepEqual(await visitor.cameras(), ["ended", "live"]);
    }));

    test("the light and another camera are offered where they are there", () => {
      return withCamera(null, {}, async (visitor) => {
        const { page } = visitor;
        const light = visitor.button(texts.scan_light);
        await scan(visitor);
        await visitor.button(texts.scan_other_camera).waitFor();
        assert.equal(await light.count(), 0);
        await page.evaluate(() => {
          MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
          MediaStreamTrack.prototype.applyConstraints = async (wanted) => { window.applied = wanted; };
        });
        await visitor.button(texts.scan_other_camera).tap();
        await light.waitFor();
        const ids = await page.evaluate(() => window.tracks.map((track) => track.getSettings().deviceId));
        assert.notEqual(ids[0], ids[1]);
        assert.deepEqual(await visitor.cameras(), ["ended", "live"]);
        await light.tap();
        await page.locator("[aria-pressed=true]").waitFor();
        assert.deepEqual(await page.evaluate(() => window.applied), { advanced: [{ torch: true }] });
        await visitor.look("scan-tools");
      });
    });

    test("a camera that does not start leaves the other one", () => withCamera(null, {}, async (visitor) => {
      const { page } = visitor;
      await scan(visitor);
      await visitor.button(texts.scan_other_camera).waitFor();
      await page.evaluate(() => {
        const open = navigator.mediaDevices.getUserMedia;
        navigator.mediaDevices.getUserMedia = async (wanted) => {
          if (wanted.video.deviceId) throw new DOMException("broken", "NotReadableError");
          return open(wanted);
        };
      });
      await visitor.button(texts.scan_other_camera).tap();
      await eventually(async () => (await visitor.cameras()).join() === "ended,live", "the first one is back");
      await visitor.says(texts.scan_aim);
    }));

    test("a camera that goes away is told, and can be tried again", () => withCamera([], {}, async (visitor) => {
      await scan(visitor);
      await visitor.says(texts.scan_aim);
      await visitor.page.evaluate(() => window.tracks[0].dispatchEvent(new Event("ended")));
      await visitor.says(texts.scan_lost);
      await visitor.button(texts.retry_button).tap();
      await visitor.says(texts.scan_aim);
    }));

    test("with the keyboard only", () => withCamera([], { device: {} }, async (visitor) => {
      const { page } = visitor;
      const focused = () => page.evaluate(() => document.activeElement.innerText || document.activeElement.id);
      const press = async (key) => {
        await page.keyboard.press(key);
        return focused();
      };
      await page.locator("#scan-camera").focus();
      await page.keyboard.press("Enter");
      await visitor.says(texts.scan_aim);
      assert.equal(await focused(), texts.scan_button);
      assert.deepEqual([await press("Tab"), await press("Tab"), await press("Tab")],
                       [texts.scan_cancel, texts.scan_photo_button, texts.scan_type_button]);
      assert.equal(await press("Escape"), texts.scan_button);
      await eventually(async () => (await visitor.cameras()).join() === "ended", "the camera is off");
      await page.keyboard.press("Enter");
      await visitor.says(texts.scan_aim);
      await page.locator("[data-part=type]").focus();
      assert.equal(await press("Enter"), "identifier");
      assert.deepEqual(await visitor.cameras(), ["ended", "ended"]);
    }));

    test("in German", () => {
      const german = catalogue("de");
      const thing = randomThing();
      return withCamera([], { locale: "de-DE" }, async (visitor) => {
        const { page } = visitor;
        await scan(visitor, german.scan_button);
        await visitor.says(german.scan_aim);
        await visitor.look("german-scan");
        await page.setViewportSize(NARROW);
        assert.deepEqual(await page.evaluate(wrapped), [], "on two lines on the narrowest screens");
        await page.route("**/labels/decode*", (route) => route.fulfill({ json: { text: thing, identifier: thing } }));
        await page.waitForURL(`**/r/${thing}?lang=de`);
      });
    });
  });

  /** In the page: the scanner's words, of its bar and of the ways beneath, that take more than one line. */
  function wrapped() {
    const middle = (each) => { const { top, height } = each.getBoundingClientRect(); return top + height / 2; };
    const [title, cancel] = document.querySelectorAll(".scanner-bar > *");
    const high = [...document.querySelectorAll("dialog .scanner-ways span")].filter((each) =>
      each.getBoundingClientRect().height > 2 * parseFloat(getComputedStyle(each).fontSize));
    return [...(Math.abs(middle(title) - middle(cancel)) > 2 ? [cancel] : []), ...high].map((each) => each.textContent);
  }

  describe("without a camera", { concurrency: atATime(2) }, () => {
    async function checkWays(visitor, word, name) {
      const { page } = visitor;
      await scan(visitor);
      await visitor.says(word);
      await visitor.look(name);
      await visitor.button(texts.retry_button).tap();
      await visitor.says(word);
      const asked = page.waitForEvent("filechooser");
      await page.locator("[data-part=usePhoto]").tap();
      assert.equal((await asked).isMultiple(), false);
      await scan(visitor);
      await visitor.button(texts.scan_type_button).tap();
      assert.equal(await page.evaluate(() => document.activeElement.id), "identifier");
      assert.deepEqual(visitor.sent, []);
    }

    test("refused: what to do, and the other ways", () => withCamera([], { more: REFUSE }, (visitor) =>
      checkWays(visitor, texts.scan_refused, "scan-refused")));

    test("none there: the other ways", () => withoutCamera({}, (visitor) =>
      checkWays(visitor, texts.scan_missing, "scan-missing")));

    test("used by another program: the other ways", () => withoutCamera({}, async (visitor) => {
      await visitor.page.evaluate(() => {
        navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("busy", "NotReadableError"); };
      });
      await checkWays(visitor, texts.scan_unready, "scan-unready");
    }));

    test("a page that is not secure offers the photo", async () => {
      const address = own.stage.origin.replace("127.0.0.1", "portal.example");
      const browser = await launch(["--host-resolver-rules=MAP portal.example 127.0.0.1"]);
      try {
        await visit(browser, address, {}, async (visitor) => {
          visitor.expect(/Cross-Origin-Opener-Policy header has been ignored/); // It is only for https.
          await visitor.page.goto("/");
          assert.equal(await visitor.page.evaluate(() => isSecureContext), false);
          await visitor.button(texts.scan_photo_button).waitFor();
          assert.equal(await visitor.button(texts.scan_button).count(), 0);
          await visitor.look("form-not-secure");
        });
      } finally {
        await browser.close();
      }
    });

    test("without scripts there is the field alone", () => own.visit({ javaScriptEnabled: false }, async (visitor) => {
      await visitor.page.goto("/");
      assert.deepEqual(await visitor.page.locator("main").getByRole("button").allInnerTexts(), ["Register"]);
      assert.equal(await visitor.page.locator(".how li").first().innerText(), texts.how_type);
    }));

    test("of a page whose scripts do not arrive the field is left", () => own.visit({}, async (visitor) => {
      visitor.expect(/ERR_FAILED/);
      await visitor.page.route("**/static/scanner.js*", (route) => route.abort());
      await visitor.page.goto("/");
      await scan(visitor);
      await visitor.page.getByRole("alert").filter({ hasText: texts.scan_unloaded }).waitFor();
      await visitor.look("scan_unloaded");
      await visitor.page.getByRole("dialog").getByRole("button", { name: texts.scan_type_button }).click();
      await visitor.page.waitForFunction(() => document.activeElement.id === "identifier");
    }));
  });

  describe("a photograph", { concurrency: atATime(2) }, () => {
    test("is read by the portal; from label to arrived", () => withoutCamera({}, async (visitor) => {
      const thing = randomThing();
      await choosePhoto(visitor, photograph([labelOf(thing)]));
      await claimToTheEnd(visitor, thing);
      assert.deepEqual(visitor.sent.map((each) => each.what), ["decode"]);
    }));

    test("of a GS1 Digital Link fills in the form with its serial number", () => withoutCamera({}, async (visitor) => {
      const { page } = visitor;
      await choosePhoto(visitor, photograph(["http://127.0.0.1/01/9506000134353/21/1"]));
      await visitor.says(texts.identifier_wrong_gtin);
      await visitor.look("scan-photo-wrong-gtin");
      await choosePhoto(visitor, photograph(["http://127.0.0.1/01/9506000134352/21/PUMP%2F42?17=270101"]));
      await page.waitForURL("**/01/09506000134352/21/PUMP%2F42?lang=en");
      assert.equal(await page.locator(".thing code").innerText(), "PUMP/42");
      assert.equal(await page.locator("#identifier").inputValue(), "/01/09506000134352/21/PUMP%2F42");
      await visitor.look("form-linked");
    }));

    test("of twelve megapixels and more is made smaller before it is sent", () => withoutCamera({}, async (visitor) => {
      const thing = randomThing();
      const large = photograph([labelOf(thing)], { width: 4400, height: 3300, part: 0.3 });
      await choosePhoto(visitor, large);
      await visitor.page.waitForURL(`**/r/${thing}?lang=en`);
      const [{ size }] = visitor.sent;
      assert.ok(large.length > 2 << 20 && size <= 2 << 20, `${large.length} became ${size}`);
    }));

    test("without a code is told so, and the same can be chosen again", () => withoutCamera({}, async (visitor) => {
      const empty = photograph([], { width: 800, height: 600 });
      await choosePhoto(visitor, empty);
      await visitor.says(texts.scan_nothing);
      await visitor.look("scan-photo-nothing");
      assert.equal(visitor.sent.length, 1);
      // Else a browser would not tell when the same is chosen again.
      assert.equal(await visitor.page.locator("#scan-file").inputValue(), "");
      await choosePhoto(visitor, empty);
      await eventually(() => visitor.sent.length === 2, "it is sent again");
    }));

    test("shows that it is being looked at; Cancel ends that", () => withoutCamera({}, async (visitor) => {
      const { page } = visitor;
      visitor.expect(/ERR_ABORTED|ERR_FAILED/);
      await page.route("**/labels/decode*", () => {}); // Never answered.
      await choosePhoto(visitor, photograph([labelOf(randomThing())], { width: 800, height: 600 }));
      await visitor.says(texts.scan_looking);
      await eventually(() => visitor.sent.length === 1, "it is sent");
      await visitor.look("scan-photo-looking");
      const ended = page.waitForEvent("requestfailed");
      await visitor.button(texts.scan_cancel).tap();
      await ended;
    }));

    test("that is none is told so", () => withoutCamera({}, async (visitor) => {
      await choosePhoto(visitor, Buffer.from("no picture at all"), "label.heic", "image/heic");
      await visitor.says(texts.label_problem_unknown_format);
    }));

    test("of another format, or of another kind of code, is named", () => withoutCamera({}, async (visitor) => {
      await choosePhoto(visitor, Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1"), "label.heic", "image/heic");
      await visitor.says(texts.label_problem_heic);
      await choosePhoto(visitor, await readFile(new URL("../cases/dm.png", import.meta.url)));
      await visitor.says(texts.label_problem_data_matrix);
    }));

    test("is tried again after the portal was busy", () => withoutCamera({}, async (visitor) => {
      const { page } = visitor;
      const thing = randomThing();
      visitor.expect(/status of 503/);
      await page.route("**/labels/decode*", (route) => route.fulfill({
        status: 503, headers: { "Retry-After": "2" }, json: { reason: "unavailable", detail: "Just a moment, please." },
      }), { times: 1 });
      await choosePhoto(visitor, photograph([labelOf(thing)]));
      await visitor.says("Just a moment, please.");
      await visitor.button(texts.retry_button).tap();
      await page.waitForURL(`**/r/${thing}?lang=en`);
    }));

    test("is read by the browser where it can", async () => {
      const thing = randomThing();
      await withCamera([], { detector: true }, async (visitor) => {
        await choosePhoto(visitor, photograph([labelOf(thing)]));
        await visitor.page.waitForURL(`**/r/${thing}?lang=en`);
        assert.deepEqual(visitor.sent.map((each) => each.what), ["read"]);
      });
    });
  });
});
