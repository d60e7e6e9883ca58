// SPDX-License-Identifier: Apache-2.0
// kubernetes.mjs: a JSON list of objects on standard input, checked against the Kubernetes API's own schemas; the list of what is
// wrong, as JSON, on standard output. The schemas let fields pass that they do not know; a field that was not even looked at while
// its object was checked is such a one, and wrong here: kubectl would say so too.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.EXPRESSLINK_NODE_DIR}/`);

// The same object, and at its end the paths of the fields that nobody has read.
function watched(value, path, unread) {
  if (typeof value !== "object" || value === null) return value;
  const inner = Array.isArray(value) ? [] : {};
  for (const [name, field] of Object.entries(value)) {
    inner[name] = watched(field, `${path}/${name}`, unread);
    if (!Array.isArray(value)) unread.add(`${path}/${name}`);
  }
  return new Proxy(inner, {
    get(target, name) {
      unread.delete(`${path}/${String(name)}`);
      return target[name];
    },
  });
}

function mistakes(object) {
  const { apiVersion, kind } = object;
  const { [kind]: Model } = require(`kubernetes-models/${apiVersion}`);
  const unread = new Set();
  Model.prototype.validate.call(watched(object, "", unread));
  return [...unread].map((path) => `${path} is no field of it`);
}

const wrong = [];
for (const object of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    wrong.push(...mistakes(object).map((what) => `${object.kind} ${object.metadata?.name}: ${what}`));
  } catch (error) {
    wrong.push(`${object.kind} ${object.metadata?.name}: ${error.message}`);
  }
}
console.log(JSON.stringify(wrong));
