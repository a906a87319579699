import { expect, test } from "vitest";

import { addressedTo, entriesOf, recipientsOf, recipientWords } from "./recipients";

const entries = [
  { channel: "email", to: "someone@example.com" },
  { channel: "email" as const, role: "admin" as const },
  { channel: "s3", to: "archive" },
];

test("what a form shows of recipients is saved as it was read", () => {
  expect(recipientsOf(entries)).toEqual({
    addresses: ["someone@example.com"],
    roles: ["admin"],
    destinations: ["s3:archive"],
  });
  expect(entriesOf(recipientsOf(entries))).toEqual(entries);
});

test("what is sent at once goes to addresses and destinations alone", () => {
  expect(addressedTo(recipientsOf(entries))).toEqual([entries[0], entries[2]]);
});

test("recipients are said in words, and how many are not named", () => {
  expect(recipientWords(entries, 2)).toBe("someone@example.com, every administrator and 1 more");
  expect(recipientWords([])).toBe("nobody");
});
