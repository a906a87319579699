import { expect, test } from "vitest";

import { definitionChanges, definitionDifferences, filterWords } from "./definition-draft";

const BEGAN = {
  type: "quality_metrics",
  name: "Quality of the week",
  preset: "last_week",
  formats: ["pdf"],
  language: "en",
  parameters: { projects: ["Saltmarsh Choir"], grain: "auto" },
} as const;
const began = { ...BEGAN, formats: [...BEGAN.formats] };

test("only what was changed of a saved report is sent", () => {
  expect(definitionChanges({ ...began }, began)).toEqual({});
  expect(definitionChanges({ ...began, formats: ["pdf", "xlsx"] }, began)).toEqual({
    formats: ["pdf", "xlsx"],
  });
});

test("what somebody else changed of it is told beside what one has", () => {
  const theirs = { ...began, preset: "last_month" as const, language: "de" };
  const mine = { ...began, name: "Quality" };
  expect(definitionDifferences(mine, began, theirs)).toEqual([
    { field: "Period", theirs: "Last month", mine: "Last week" },
    { field: "Language", theirs: "German", mine: "English" },
  ]);
});

test("what a report is narrowed down to is said in words", () => {
  expect(filterWords({ projects: ["A", "B"], scene_types: ["close_up"], statuses: [] })).toBe(
    "projects: A, B; scene types: close-up",
  );
});
