import { expect, test } from "vitest";

import { fieldsOf } from "../../features/parameters/fields";
import { filled, patchOf, secretsOf } from "./destination-settings";

const schema = {
  properties: {
    bucket: { type: "string" },
    endpoint: { anyOf: [{ type: "string" }, { type: "null" }] },
    secret_access_key: { type: "string", writeOnly: true },
    passphrase: { anyOf: [{ type: "string", writeOnly: true }, { type: "null" }] },
  },
};
const fields = fieldsOf(schema);
const secrets = secretsOf(schema);

test("a secret is one also where it may be left out", () => {
  expect([...secrets]).toEqual(["secret_access_key", "passphrase"]);
});

test("a secret that nobody typed stays as it is", () => {
  const before = { bucket: "reports", endpoint: "https://example.com" };
  expect(patchOf(fields, secrets, before, { ...before, secret_access_key: "" })).toEqual({});
  expect(patchOf(fields, secrets, before, { ...before, secret_access_key: "new" })).toEqual({
    secret_access_key: "new",
  });
});

test("a setting that was emptied is taken away", () => {
  const before = { bucket: "reports", endpoint: "https://example.com" };
  expect(patchOf(fields, secrets, before, { bucket: "other", endpoint: "" })).toEqual({
    bucket: "other",
    endpoint: null,
  });
});

test("of a new one, what was left empty is left out", () => {
  expect(filled({ bucket: "reports", endpoint: "" })).toEqual({ bucket: "reports" });
});
