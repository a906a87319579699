import { expect, test } from "vitest";

import { marksOf, monthsOf, weeksOf } from "./calendar";

const fire = (on: string, note: string | null = null) => ({
  on,
  fires: true,
  at: `${on}:00Z`,
  fold: 0,
  note,
});
const skipped = (on: string, note: string) => ({ on, fires: false, at: null, fold: null, note });

test("weeks begin with Monday, and every day of the month stands once", () => {
  const weeks = weeksOf("2026-11");
  expect(weeks[0]).toEqual([null, null, null, null, null, null, "2026-11-01"]);
  expect(weeks.flat().filter((day) => day !== null)).toHaveLength(30);
  expect(
    weeksOf("2028-02")
      .flat()
      .filter((day) => day !== null),
  ).toHaveLength(29);
});

test("a day that is left out says why, and one that fires says when", () => {
  const marks = marksOf([
    fire("2026-12-18T09:00"),
    skipped("2026-12-25", "Christmas Day"),
    skipped("2027-02", "has no day 31"),
  ]);
  expect(marks.get("2026-12-18")).toEqual({ fires: true, words: "09:00" });
  expect(marks.get("2026-12-25")).toEqual({ fires: false, words: "Left out: Christmas Day" });
  expect(marks.size).toBe(2);
});

test("months without a fire are not drawn, nor more than wanted", () => {
  const items = [fire("2026-12-01T09:00"), fire("2027-03-01T09:00"), fire("2027-06-01T09:00")];
  expect(monthsOf(items, 2).map((each) => each.month)).toEqual(["2026-12", "2027-03"]);
});

test("two fires of one day are one mark with both times", () => {
  const marks = marksOf([fire("2026-12-18T09:00"), fire("2026-12-18T15:00")]);
  expect(marks.get("2026-12-18")?.words).toBe("09:00; 15:00");
});
