// SPDX-License-Identifier: Apache-2.0
// resources.mjs TYPE...: what AWS's own resource schemas say of these types, as JSON: properties with their types, nested ones
// written out, and the attributes that Fn::GetAtt knows. A type that there is not is left out.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";

const require = createRequire(`${process.env.EXPRESSLINK_NODE_DIR}/`);
const { emptyDatabase } = require("@aws-cdk/service-spec-types");
const compressed = require.resolve("@aws-cdk/aws-service-spec/package.json").replace("package.json", "db.json.gz");
const database = emptyDatabase();
database.load(JSON.parse(gunzipSync(readFileSync(compressed))));

function type(of) {
  switch (of.type) {
    case "ref": return { type: "object", properties: properties(database.get("typeDefinition", of.reference.$ref)) };
    case "array": return { type: "array", element: type(of.element) };
    case "map": return { type: "map", element: type(of.element) };
    case "union": return { type: "union", types: of.types.map(type) };
    default: return { type: of.type, values: of.allowedValues };
  }
}

function properties(of) {
  return Object.fromEntries(Object.entries(of.properties).map(([name, { required, type: its }]) =>
    [name, { required: required ?? false, ...type(its) }]));
}

const found = process.argv.slice(2).map((name) => database.lookup("resource", "cloudFormationType", "equals", name)[0]);
console.log(JSON.stringify(Object.fromEntries(found.filter(Boolean).map((resource) =>
  [resource.cloudFormationType, { properties: properties(resource), attributes: Object.keys(resource.attributes) }]))));
