import { expect, test } from "vitest";

import type { Column } from "../document/figures";
import { choosable, rowsWith } from "./choices";

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

test("rows are those with what was chosen, and all of them otherwise", () => {
  expect(rowsWith(COLUMNS, ROWS, { status: "failed" })).toHaveLength(20);
  expect(rowsWith(COLUMNS, ROWS, { status: "failed", id: "job 3" })).toEqual([
    ["job 3", "failed", 1],
  ]);
  expect(rowsWith(COLUMNS, ROWS, {})).toHaveLength(60);
  expect(rowsWith(COLUMNS, ROWS, { gone: "x" })).toHaveLength(60);
});
