import { expect, test } from "vitest";

import { presetLike } from "./presets";

test.each([
  ["2026-11-19", "2026-11-19", "yesterday"],
  ["2026-11-09", "2026-11-15", "last_week"],
  ["2026-11-10", "2026-11-16", "last_7_days"],
  ["2026-02-01", "2026-02-28", "last_month"],
  ["2026-10-05", "2026-11-04", "last_30_days"],
  ["2026-07-01", "2026-09-30", "last_quarter"],
  ["2026-08-01", "2026-10-31", "last_90_days"],
  ["2025-01-01", "2025-12-31", "last_year"],
  ["2026-01-01", "2026-11-19", "year_to_date"],
])("the days from %s to %s go on as %s", (from, to, preset) => {
  expect(presetLike(from, to)).toBe(preset);
});
