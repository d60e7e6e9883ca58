// SPDX-License-Identifier: Apache-2.0
// A person whom the OEM's app hands over with a signed token: "Your products", a registration, the way back, and out.
import assert from "node:assert/strict";
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";

import { catalogue, house } from "./house.mjs";
import { randomThing } from "./stage.mjs";

const folder = await mkdtemp(path.join(tmpdir(), "expresslink-sign-in-"));
const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
await writeFile(path.join(folder, "keys.pem"), keys.publicKey.export({ type: "spki", format: "pem" }));

/** A token as the app's server makes it. */
function token(subject) {
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const claims = { iss: "https://shop.example", aud: "portal", sub: subject, exp: Math.floor(Date.now() / 1000) + 300, jti: randomUUID() };
  const text = `${encode({ alg: "ES256" })}.${encode(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), { key: keys.privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

describe("signing in", () => {
  const own = house({
    PORTAL_HTTP_PUBLIC_URL: "http://127.0.0.1:8080",
    PORTAL_SIGN_IN_TOKEN_ISSUER: "https://shop.example",
    PORTAL_SIGN_IN_TOKEN_AUDIENCE: "portal",
    PORTAL_SIGN_IN_TOKEN_KEYS: path.join(folder, "keys.pem"),
    PORTAL_SIGN_IN_RETURN_URLS: "https://shop.example/app",
    PORTAL_SIGN_IN_LABEL: "Acme",
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const t = catalogue("en");
  const handOver = (subject) => `/sign-in/token?token=${token(subject)}&return_to=https://shop.example/app`;

  async function journey(visitor, page) {
    await page.goto("/products");
    assert.equal(await page.locator("h1").innerText(), t.products_title);
    await visitor.look("products-out");
    await page.goto(handOver(randomUUID()));
    assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, "/products");
    await page.getByText(t.products_none).waitFor();
    await page.goto("/");
    await page.getByLabel(t.identifier_label).fill(randomThing());
    await page.locator("#register").click();
    await page.waitForURL(/\/registrations\//);
    const address = new URL(page.url()).pathname;
    assert.equal(await page.locator("#back").getAttribute("href"), `${address}/return`);
    await page.goto("/products");
    assert.equal(new URL(await page.locator(".product a").first().evaluate((link) => link.href)).pathname, address);
    assert.equal(await page.locator("#back").getAttribute("href"), "https://shop.example/app");
    await visitor.look("products");
    await page.locator("#sign-out").click();
    await page.getByText(t.products_from_app).waitFor();
    assert.equal(await page.locator(".product").count(), 0);
  }

  test("shows a person their products, and signs them out", () => own.visit({}, (visitor) => journey(visitor, visitor.page)));

  test("says what is wrong, in the person's language", () => own.visit({}, async (visitor) => {
    visitor.expect(/status of 403/);
    await visitor.page.goto("/sign-in/token?token=x&lang=de");
    await visitor.page.getByText(catalogue("de").sign_in_problem_denied).waitFor();
    await visitor.look("sign-in-problem");
  }));
});
