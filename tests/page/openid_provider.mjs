// A real OpenID provider for tests: `node openid_provider.mjs WEB_FOLDER PORT REDIRECT_URI`.
//
// Anybody may sign in, with any password. Who is called `NAME@TENANT/ROLE` has these claims; who is
// called otherwise has no tenant and no role. PKCE is demanded of every client.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [web, port, redirectUri] = process.argv.slice(2);
const library = createRequire(`${web}/package.json`).resolve("oidc-provider");
const { default: Provider } = await import(pathToFileURL(library).href);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "broadsheet",
      token_endpoint_auth_method: "none",
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [new URL("/sign-in", redirectUri).href],
    },
  ],
  claims: { openid: ["sub"], profile: ["tenant", "role"], email: ["email"] },
  findAccount: (_context, id) => {
    const [, tenant, role] = /^[^@]+@([^/]+)\/(\w+)$/.exec(id) ?? [];
    return { accountId: id, claims: () => ({ sub: id, email: `${id}.example`, tenant, role }) };
  },
  pkce: { required: () => true },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
