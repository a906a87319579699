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

const DAY_MS = 24 * 3600 * 1000;

/** The period counted from today that is most like those days, both included (YYYY-MM-DD). */
export function presetLike(from: string, to: string): Preset {
  const first = new Date(`${from}T00:00:00Z`);
  const after = new Date(new Date(`${to}T00:00:00Z`).getTime() + DAY_MS);
  const days = (after.getTime() - first.getTime()) / DAY_MS;
  if (first.getUTCDate() === 1 && after.getUTCDate() === 1) {
    const month = first.getUTCMonth();
    const months =
      12 * (after.getUTCFullYear() - first.getUTCFullYear()) + after.getUTCMonth() - month;
    if (months === 1) return "last_month";
    if (months === 3 && month % 3 === 0) return "last_quarter";
    if (months === 12 && month === 0) return "last_year";
  }
  if (days === 7 && first.getUTCDay() === 1) return "last_week";
  if (days === 1) return "yesterday";
  if (days <= 7) return "last_7_days";
  if (days <= 31) return "last_30_days";
  return days <= 92 ? "last_90_days" : "year_to_date";
}

/** What people call it. */
export function presetWords(preset: Preset): string {
  return [...PRESETS, ...MORE_PRESETS].find((each) => each.value === preset)?.label ?? preset;
}

/** A preset by its name, if there is one. */
export function presetNamed(name: string | undefined): Preset | undefined {
  return [...PRESETS, ...MORE_PRESETS].find((each) => each.value === name)?.value;
}
