import { describe, expect, it } from "vitest";

import { inColoursOf } from "./colours";

const chart = (domain: string[], range: string[]) => ({
  mark: "bar",
  encoding: { color: { field: "series", scale: { domain, range } } },
});
const rangeOf = (specification: Record<string, unknown>) =>
  (specification as ReturnType<typeof chart>).encoding.color.scale.range;

describe("two charts beside each other", () => {
  it("give a series one colour, and no colour to two", () => {
    const now = chart(["A", "B", "C"], ["blue", "orange", "green"]);
    const then = chart(["B", "D", "A"], ["blue", "orange", "green"]);
    expect(rangeOf(inColoursOf(now, then))).toEqual(["orange", "green", "blue"]);
  });
  it("do so below what marks single days, and leave alone what has no colours", () => {
    const now = { layer: [chart(["A", "B"], ["blue", "orange"]), { mark: "rule" }] };
    const then = { layer: [chart(["B"], ["blue"]), { mark: "rule" }] };
    const layers = inColoursOf(now, then).layer as Record<string, unknown>[];
    expect(rangeOf(layers[0] ?? {})).toEqual(["orange"]);
    expect(layers[1]).toEqual({ mark: "rule" });
    expect(inColoursOf({ mark: "bar" }, then)).toBe(then);
  });
});
