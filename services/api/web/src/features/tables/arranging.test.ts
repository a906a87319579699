import { expect, test } from "vitest";

import type { Column } from "../document/figures";
import { Arranging, type Row } from "./arranging";

const columns = [
  { name: "project", title: "Project", kind: "text" },
  { name: "hours", title: "Hours", kind: "decimal", places: 1 },
  { name: "status", title: "Status", kind: "text", coded: true },
] as unknown as Column[];
const rows: Row[] = [
  ["Reel 10", "9.5", "in_review"],
  ["Reel 9", "1200.0", "done"],
  ["Reel 9", null, "in_review"],
  ["Ärger", "-3.0", "done"],
];
const table = new Arranging(columns, rows, "UTC");

test("without a wish the rows stay as they are", () => {
  expect([...table.places({ by: undefined, text: " ", only: [] })]).toEqual([0, 1, 2, 3]);
});

test("figures are ordered by size, and what has none comes last either way", () => {
  const by = (descending: boolean) => [
    ...table.places({ by: { index: 1, descending }, text: "", only: [] }),
  ];
  expect(by(false)).toEqual([3, 0, 1, 2]);
  expect(by(true)).toEqual([1, 0, 3, 2]);
});

test("words are ordered as people do, and equal ones stay as they were", () => {
  expect([...table.places({ by: { index: 0, descending: false }, text: "", only: [] })]).toEqual([
    3, 1, 2, 0,
  ]);
});

test("rows are found by what is shown of them, whatever the case", () => {
  const found = (text: string) => [...table.places({ by: undefined, text, only: [] })];
  expect(found("IN REVIEW")).toEqual([0, 2]);
  expect(found("1,200")).toEqual([1]);
  expect(found("nothing has this")).toEqual([]);
  expect([
    ...table.places({ by: { index: 0, descending: true }, text: "in review", only: [] }),
  ]).toEqual([0, 2]);
});

test("rows are those with what was chosen, of which only some have the text as well", () => {
  const only = [{ index: 0, value: "Reel 9" }];
  expect([...table.places({ by: undefined, text: "", only })]).toEqual([1, 2]);
  expect([...table.places({ by: undefined, text: "done", only })]).toEqual([1]);
  const both = [...only, { index: 2, value: "in_review" }];
  expect([...table.places({ by: undefined, text: "", only: both })]).toEqual([2]);
});
