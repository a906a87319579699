/** Figures of a document as people read them, in their own language. Exact decimals stay exact. */

import type { Schemas } from "../../api/client";
import { dateFormat, numberFormat } from "../../parts/formats";

export type Column = Schemas["Column"];
export type Kpi = Schemas["Kpi"];
export type Cell = string | number | boolean | null;

const NONE = "–";

/** A figure with so many places; a decimal in a text is formatted digit by digit. */
export function figure(value: string | number, places?: number | null, locale?: string): string {
  const digits =
    places === null || places === undefined
      ? { maximumFractionDigits: 20 }
      : { minimumFractionDigits: places, maximumFractionDigits: places };
  const format = numberFormat(locale, { ...digits, roundingMode: "halfEven" } as object);
  const text = format.format(value as unknown as number);
  // Zero has no sign.
  return /[1-9]/.test(text) ? text.replace("-", "−") : text.replace(/^[-−]/, "");
}

const CODE = /^[a-z0-9]+(_[a-z0-9]+)*$/;
const SPELLED_OTHERWISE: Record<string, string> = {
  close_up: "close-up",
  sd: "SD",
  hd: "HD",
  uhd: "UHD",
  gpu: "GPU",
};

/** A source's code in words: "lip sync" for `lip_sync` (`shared/plain_words.py`). */
export function plainWords(text: string): string {
  if (!CODE.test(text)) return text;
  return SPELLED_OTHERWISE[text] ?? text.replaceAll("_", " ");
}

/** One cell as people read it; what does not fit its kind is shown as it is. */
export function cellText(cell: Cell, column: Column, timeZone: string, locale?: string): string {
  if (cell === null) return NONE;
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  if (typeof cell === "number") return figure(cell, column.places, locale);
  if (column.coded) return plainWords(cell);
  switch (column.kind) {
    case "decimal":
      return isDecimal(cell) ? figure(cell, column.places, locale) : cell;
    case "percent":
      return isDecimal(cell) ? `${figure(cell, column.places, locale)}%` : cell;
    case "date":
      return dated(cell, { dateStyle: "medium", timeZone: "UTC" }, locale);
    case "instant":
      return dated(cell, { dateStyle: "medium", timeStyle: "short", timeZone }, locale);
    default:
      return cell;
  }
}

/** Whether its cells stand to the right. */
export function isFigure(column: Column): boolean {
  return column.kind === "integer" || column.kind === "decimal" || column.kind === "percent";
}

/** A column's title with its unit, which the cells do not repeat. */
export function heading(column: Column): string {
  if (!column.unit || column.title.toLowerCase().includes(column.unit.toLowerCase())) {
    return column.title;
  }
  return `${column.title} (${column.unit})`;
}

/** The unit beside a key figure: "characters", but "1 character"; or nothing. */
export function unitOf(kpi: Kpi): string {
  if (!kpi.unit || kpi.value === null) return "";
  const one = figure(kpi.value, kpi.places, "en") === "1";
  return one ? kpi.unit.replace(/(?<=\w{3})s$/, "") : kpi.unit;
}

/** The movement of a key figure in words: "12.5% up", "2.3 points up", "unchanged". */
export function movement(kpi: Kpi, locale?: string): string {
  if (kpi.direction === "unknown") return "no comparison";
  if (kpi.direction === "flat") return "unchanged";
  for (const [change, unit] of [
    [kpi.change_points, " points"],
    [kpi.change_percent, "%"],
  ] as const) {
    if (change !== null && change !== undefined) {
      const size = change.replace("-", "");
      const amount = Number(size) === 0 ? "less than 0.1" : figure(size, 1, locale);
      return `${amount}${unit} ${kpi.direction}`;
    }
  }
  return kpi.direction;
}

function isDecimal(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}

function dated(text: string, format: Intl.DateTimeFormatOptions, locale?: string): string {
  const at = new Date(text.length === 10 ? `${text}T00:00:00Z` : text);
  return Number.isNaN(at.getTime()) ? text : dateFormat(locale, format).format(at);
}
