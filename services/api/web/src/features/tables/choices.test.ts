import { expect, test } from "vitest";

import type { Column } from "../document/figures";
import { choosable, chosen } from "./choices";

const column = (name: string, kind: Column["kind"]): Column => ({ name, title: name, kind });
const COLUMNS = [column("id", "text"), column("status", "text"), column("seconds", "integer")];
const ROWS = Array.from({ length: 60 }, (_, number) => [
  `job ${number}`,
  number % 3 === 0 ? "failed" : "done",
  number % 2,
]);

test("what a column can be narrowed to is chosen where few words stand in it", () => {
  expect(choosable(COLUMNS, ROWS).map((each) => [each.column.name, each.values])).toEqual([
    ["status", ["done", "failed"]],
  ]);
});

test("what the address names and the table does not have chooses nothing", () => {
  expect(chosen(COLUMNS, { status: "failed", gone: "x" })).toEqual([{ index: 1, value: "failed" }]);
});
