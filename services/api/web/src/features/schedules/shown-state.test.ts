import { expect, test } from "vitest";

import { withState } from "./shown-state";

const one = { id: "s1", state: "active", name: "Mondays" };
const other = { id: "s2", state: "active", name: "Fridays" };
const paused = { ...one, state: "paused" };

test("a schedule is shown in its new state wherever it is shown", () => {
  expect(withState(one, "s1", "paused")).toEqual(paused);
  expect(withState({ items: [other, one], next_cursor: null }, "s1", "paused")).toEqual({
    items: [other, paused],
    next_cursor: null,
  });
  const pages = { pages: [{ items: [one] }, { items: [other] }], pageParams: ["", "x"] };
  expect(withState(pages, "s1", "paused")).toEqual({
    pages: [{ items: [paused] }, { items: [other] }],
    pageParams: ["", "x"],
  });
});

test("what is of no schedule stays the same", () => {
  const fires = { timezone: "UTC", fires: [] };
  expect(withState(fires, "s1", "paused")).toBe(fires);
  expect(withState(undefined, "s1", "paused")).toBeUndefined();
});
