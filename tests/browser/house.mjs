// SPDX-License-Identifier: Apache-2.0
// A stage and a browser for the tests of one file.
import { readFileSync } from "node:fs";
import { after, before } from "node:test";

import { Stage } from "./stage.mjs";
import { launch, visit } from "./visitor.mjs";

/** Call inside of a describe(). Arguments as for Stage.start(). */
export function house(settings, parts, sections) {
  const own = {
    visit: (options, work) => visit(own.browser, own.stage.origin, options, work),
  };
  before(async () => {
    own.stage = await Stage.start(settings, parts, sections);
    own.browser = await launch();
  });
  after(async () => {
    await own.browser?.close();
    await own.stage?.stop();
  });
  return own;
}

/** The texts of the pages in a language. */
export function catalogue(language) {
  return JSON.parse(readFileSync(new URL(`../../templates/messages.${language}.json`, import.meta.url), "utf8"));
}
