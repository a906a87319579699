import { expect, test } from "vitest";

import { columnsOf, pastedRows, valuesOf, whomWords, withValues } from "./bursts";

const ROWS = [
  { to: "ada@example.com", values: { projects: ["The Paper Admiral"] } },
  { to: "bob@example.com", values: { projects: "Saltmarsh Choir", scene_types: ["crowd"] } },
];

test("who gets the whole and who a part is told apart", () => {
  const whole = [{ channel: "email", to: "board@example.com" }];
  expect(whomWords(whole, null)).toBe("board@example.com");
  expect(whomWords([], { rows: ROWS })).toBe("2 recipients, each a part of it");
  expect(whomWords(whole, { query: "SELECT 1" })).toBe(
    "board@example.com; whom a query names, each a part of it",
  );
});

test("a table has a column for every filter that any row narrows by", () => {
  expect(columnsOf(ROWS)).toEqual(["projects", "scene_types"]);
  expect(ROWS.map((row) => valuesOf(row, "projects"))).toEqual([
    ["The Paper Admiral"],
    ["Saltmarsh Choir"],
  ]);
});

test("a filter without a value narrows nothing, and is not sent as an empty one", () => {
  const row = withValues({ to: "ada@example.com", values: { projects: ["A"] } }, "projects", []);
  expect(row).toEqual({ to: "ada@example.com", values: {} });
});

test("rows of a spreadsheet are taken as they are copied", () => {
  const copied = "To\tProjects\tlanguage\nada@example.com\tA; B\tde\n\nbob@example.com\tC\t\n";
  expect(pastedRows(copied, ["projects"])).toEqual([
    { to: "ada@example.com", language: "de", values: { projects: ["A", "B"] } },
    { to: "bob@example.com", values: { projects: ["C"] } },
  ]);
});

test("what is no table of recipients says what is missing", () => {
  expect(() => pastedRows("ada@example.com\tA", ["projects"])).toThrow("one of them “to”");
  expect(() => pastedRows("to\tprojekt\nada@example.com\tA", ["projects"])).toThrow(
    "no filter called “projekt”: it has projects",
  );
});
