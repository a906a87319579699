/** Periods relative to today (`shared/periods.py`), as people call them. */

import type { Schemas } from "../../api/client";

export type Preset = NonNullable<Schemas["PeriodBody"]["preset"]>;

export const PRESETS: readonly { value: Preset; label: string }[] = [
  { value: "yesterday", label: "Yesterday" },
  { value: "this_week", label: "This week" },
  { value: "last_week", label: "Last week" },
  { value: "this_month", label: "This month" },
  { value: "last_month", label: "Last month" },
  { value: "last_quarter", label: "Last quarter" },
  { value: "last_30_days", label: "Last 30 days" },
  { value: "year_to_date", label: "Year to date" },
];

/** What is left to say in a longer list. */
export const MORE_PRESETS: readonly { value: Preset; label: string }[] = [
  { value: "today", label: "Today" },
  { value: "last_7_days", label: "Last 7 days" },
  { value: "last_90_days", label: "Last 90 days" },
  { value: "month_to_date", label: "Month to date" },
  { value: "quarter_to_date", label: "Quarter to date" },
  { value: "this_quarter", label: "This quarter" },
  { value: "this_year", label: "This year" },
  { value: "last_year", label: "Last year" },
];

export type ChosenPeriod = { preset: Preset } | { from: string | null; to: string | null };

/** A preset by its name, if there is one. */
export function presetNamed(name: string | undefined): Preset | undefined {
  return [...PRESETS, ...MORE_PRESETS].find((each) => each.value === name)?.value;
}
