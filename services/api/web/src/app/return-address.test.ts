import { expect, test } from "vitest";

import { addressHere } from "./return-address";

test.each(["/", "/runs?status=failed", "/runs/01a1#content"])("%s is returned to", (to) => {
  expect(addressHere(to)).toBe(to);
});

test.each([
  "https://example.com/",
  "//example.com",
  "/\\example.com",
  "/\t/example.com",
  "\\\\example.com",
  "javascript:alert(1)",
  "runs",
])("%j is not", (to) => {
  expect(addressHere(to)).toBeUndefined();
});
