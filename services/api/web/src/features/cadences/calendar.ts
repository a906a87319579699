/** The fires of a preview as months of a calendar. Days are texts (YYYY-MM-DD), which have no zone. */

import type { Preview } from "../../api/planning";

export interface DayMark {
  fires: boolean;
  /** Times of the day, and what is said of it. */
  words: string;
}

export interface MonthGrid {
  /** YYYY-MM. */
  month: string;
  /** Weeks from Monday on; null where a cell is of no day of this month. */
  weeks: (string | null)[][];
}

type Items = Preview["items"];

/** What happens on which day; a day that fires is one that fires, whatever else is said of it. */
export function marksOf(items: Items): Map<string, DayMark> {
  const marks = new Map<string, DayMark>();
  for (const item of items) {
    const day = item.on.slice(0, 10);
    if (day.length < 10) continue;
    const words = item.fires
      ? [item.on.slice(11, 16), item.note].filter(Boolean).join(", ")
      : `Left out: ${item.note ?? ""}`;
    const before = marks.get(day);
    marks.set(day, {
      fires: item.fires || (before?.fires ?? false),
      words: before ? `${before.words}; ${words}` : words,
    });
  }
  return marks;
}

/** The months that have a mark, in order, at most so many. */
export function monthsOf(items: Items, most: number): MonthGrid[] {
  const months = [...new Set([...marksOf(items).keys()].map((day) => day.slice(0, 7)))].sort();
  return months.slice(0, most).map((month) => ({ month, weeks: weeksOf(month) }));
}

export function weeksOf(month: string): (string | null)[][] {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const length = new Date(Date.UTC(year, number, 0)).getUTCDate();
  // Sunday is 0 there; here the week begins with Monday.
  const before = (new Date(Date.UTC(year, number - 1, 1)).getUTCDay() + 6) % 7;
  const cells: (string | null)[] = Array.from({ length: before }, () => null);
  for (let day = 1; day <= length; day += 1) {
    cells.push(`${month}-${String(day).padStart(2, "0")}`);
  }
  while (cells.length % 7 > 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

export function monthName(month: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, {
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  }).format(new Date(`${month}-01T00:00:00Z`));
}
