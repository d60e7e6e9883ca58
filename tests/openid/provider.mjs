// SPDX-License-Identifier: Apache-2.0
// The certified oidc-provider on a free port, with a client for each way to identify itself. Its sign-in page takes any name.
// Prints its address. REDIRECT_URI: of the clients.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.env.EXPRESSLINK_NODE_DIR}/package.json`);
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const jwk = (kind, options, more) => ({ ...generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" }), use: "sig", ...more });
const client = (id, method, algorithm, more) => ({
  client_id: id,
  redirect_uris: [process.argv[2]],
  token_endpoint_auth_method: method,
  id_token_signed_response_alg: algorithm,
  ...more,
});
const secret = { client_secret: "a secret+/=&" };

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      client("basic", "client_secret_basic", "RS256", secret),
      client("post", "client_secret_post", "ES256", secret),
      client("public", "none", "ES256"),
    ],
    clientAuthMethods: process.argv.includes("--post-only") ? ["client_secret_post", "none"] : undefined,
    jwks: { keys: [jwk("rsa", { modulusLength: 2048 }, { kid: "r", alg: "RS256" }), jwk("ec", { namedCurve: "P-256" }, { kid: "e", alg: "ES256" })] },
    cookies: { keys: ["only in tests"] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
