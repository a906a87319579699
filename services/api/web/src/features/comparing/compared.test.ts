import { describe, expect, it } from "vitest";

import type { Schemas } from "../../api/client";
import { comparedTable } from "./compared";
import { difference, differenceWords } from "./difference";

type Table = Schemas["Table"];

const COLUMNS: Table["columns"] = [
  { name: "project", title: "Project", kind: "text" },
  { name: "delivered", title: "Delivered", kind: "integer" },
  { name: "previous", title: "Period before", kind: "integer", compares: true },
];
const table = (rows: Table["rows"], columns = COLUMNS): Table => ({
  name: "by_project",
  title: "By project",
  columns,
  rows,
});

describe("a difference", () => {
  it("is exact, whatever the digits", () => {
    expect(difference("0.3", "0.1")).toBe("0.2");
    expect(difference("12345678901234567890.1", "0.05")).toBe("12345678901234567890.05");
    expect(difference(3, "10")).toBe("-7");
    expect(difference("-0.50", "0.5")).toBe("-1.00");
  });
  it("of something without a figure is none", () => {
    expect(difference(null, "1")).toBeUndefined();
    expect(difference("many", "1")).toBeUndefined();
  });
  it("is read with its sign, and never as a zero that is none", () => {
    expect(differenceWords("134", 0, "en")).toBe("+134");
    expect(differenceWords("-2.50", 1, "en")).toBe("−2.5");
    expect(differenceWords("0.00", 1, "en")).toBe("unchanged");
    expect(differenceWords("0.01", 1, "en")).toBe("a little more");
  });
});

describe("two tables", () => {
  it("are matched by what their rows are of, in this one's order", () => {
    const found = comparedTable(
      table([
        ["B", 5, 1],
        ["A", 4, 1],
      ]),
      table([
        ["A", 1, 0],
        ["C", 2, 0],
      ]),
    );
    expect(found?.rows.map((row) => [row.now?.[0], row.then?.[0]])).toEqual([
      ["B", undefined],
      ["A", "A"],
      [undefined, "C"],
    ]);
    // Each report's own comparison with the period before it says nothing about the other.
    expect(found?.columns.map(({ column }) => column.name)).toEqual(["project", "delivered"]);
  });
  it("find a column by its name, wherever it is and whether or not it is there", () => {
    const extended = [...COLUMNS, { name: "share", title: "Share", kind: "percent" as const }];
    const found = comparedTable(table([["A", 1, 0, "5.0"]], extended), table([["A", 1, 0]]));
    expect(found?.columns.at(-1)).toMatchObject({ now: 3, then: undefined });
  });
  it("of other things, or of things that stand twice, are not matched", () => {
    expect(comparedTable(table([["A", 1, 0]]), table([["B", 1, 0]]))).toBeUndefined();
    expect(
      comparedTable(
        table([
          ["A", 1, 0],
          ["A", 2, 0],
        ]),
        table([["A", 1, 0]]),
      ),
    ).toBeUndefined();
  });
});
