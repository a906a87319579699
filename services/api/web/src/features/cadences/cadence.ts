/** When a schedule fires: in words, and from one kind of rhythm to another. */

import cronstrue from "cronstrue";

import type { Cadence } from "../../api/planning";
import type { Schemas } from "../../api/client";

export type { Cadence };
export type Kind = Cadence["kind"];
export type Weekday = Schemas["Weekday"];
export type DayOfMonth = Schemas["Monthly"]["day"];
export type BusinessDays = Schemas["BusinessDays"];

export const KINDS: readonly { value: Kind; label: string }[] = [
  { value: "daily", label: "Daily" },
  { value: "weekly", label: "Weekly" },
  { value: "monthly", label: "Monthly" },
  { value: "quarterly", label: "Quarterly" },
  { value: "yearly", label: "Yearly" },
  { value: "cron", label: "Cron" },
];

export const WEEKDAYS: readonly { value: Weekday; label: string; short: string }[] = [
  { value: "monday", label: "Monday", short: "Mon" },
  { value: "tuesday", label: "Tuesday", short: "Tue" },
  { value: "wednesday", label: "Wednesday", short: "Wed" },
  { value: "thursday", label: "Thursday", short: "Thu" },
  { value: "friday", label: "Friday", short: "Fri" },
  { value: "saturday", label: "Saturday", short: "Sat" },
  { value: "sunday", label: "Sunday", short: "Sun" },
];

export const MONTHS: readonly string[] = Array.from({ length: 12 }, (_, month) =>
  new Intl.DateTimeFormat("en", { month: "long", timeZone: "UTC" }).format(
    new Date(Date.UTC(2026, month, 1)),
  ),
);

const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)$/;

/** Mondays at nine, by that clock. */
export function firstCadence(timezone: string): Cadence {
  return { kind: "weekly", days: ["monday"], time: "09:00", timezone };
}

/** The same at another rhythm; what both kinds say is kept. */
export function asKind(cadence: Cadence, kind: Kind): Cadence {
  const { timezone, start, end, business_days } = cadence;
  const kept = { timezone, start, end, business_days };
  const time = "time" in cadence ? cadence.time : (timeOf(cadence) ?? "09:00");
  const day = "day" in cadence ? cadence.day : 1;
  const month = "month" in cadence ? (cadence.month ?? 1) : 1;
  switch (kind) {
    case "daily":
      return { kind, time, ...kept };
    case "weekly":
      return { kind, days: ["monday"], time, ...kept };
    case "monthly":
      return { kind, day, time, ...kept };
    case "quarterly":
      return { kind, month: Math.min(month, 3), day, time, ...kept };
    case "yearly":
      return { kind, month, day, time, ...kept };
    case "cron":
      return { kind, expression: asCron(cadence), ...kept };
  }
}

/** The nearest expression of five fields; of what cron cannot say, the time alone is kept. */
export function asCron(cadence: Cadence): string {
  if (cadence.kind === "cron") return cadence.expression;
  const [hour = "9", minute = "0"] = cadence.time.split(":").map((part) => String(Number(part)));
  const day = "day" in cadence && typeof cadence.day === "number" ? String(cadence.day) : "*";
  switch (cadence.kind) {
    case "daily":
      return `${minute} ${hour} * * *`;
    case "weekly": {
      const numbers = WEEKDAYS.flatMap((each, index) =>
        cadence.days.includes(each.value) ? [index + 1] : [],
      );
      return `${minute} ${hour} * * ${numbers.join(",")}`;
    }
    case "monthly":
      return `${minute} ${hour} ${day} * *`;
    case "quarterly": {
      const first = cadence.month ?? 1;
      return `${minute} ${hour} ${day} ${[0, 3, 6, 9].map((more) => first + more).join(",")} *`;
    }
    case "yearly":
      return `${minute} ${hour} ${day} ${cadence.month} *`;
  }
}

function timeOf(cadence: Cadence): string | undefined {
  if (cadence.kind !== "cron") return cadence.time;
  const [minute = "", hour = ""] = cadence.expression.trim().split(/\s+/);
  return /^\d+$/.test(minute) && /^\d+$/.test(hour)
    ? `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`
    : undefined;
}

/** Whether it says enough for the API to be asked about it. */
export function isWhole(cadence: Cadence): boolean {
  if (cadence.kind === "cron") return cadence.expression.trim().split(/\s+/).length === 5;
  if (!CLOCK.test(cadence.time)) return false;
  return cadence.kind !== "weekly" || cadence.days.length > 0;
}

/** For instance "Every Monday and Friday at 09:00". Zone and days off are said beside it. */
export function cadenceWords(cadence: Cadence): string {
  switch (cadence.kind) {
    case "daily":
      return `Every day at ${cadence.time}`;
    case "weekly":
      return `Every ${weekWords(cadence.days)} at ${cadence.time}`;
    case "monthly":
      return `${capital(dayWords(cadence.day))} of every month at ${cadence.time}`;
    case "quarterly": {
      const which = ["first", "second", "third"][(cadence.month ?? 1) - 1] ?? "first";
      return `${capital(dayWords(cadence.day))} of every quarter's ${which} month at ${cadence.time}`;
    }
    case "yearly": {
      const month = MONTHS[cadence.month - 1] ?? "";
      return `${capital(dayWords(cadence.day))} of ${month} every year at ${cadence.time}`;
    }
    case "cron":
      return cronWords(cadence.expression) ?? cadence.expression;
  }
}

/** A cron line in words; nothing where it is none. */
export function cronWords(expression: string): string | undefined {
  if (expression.trim().split(/\s+/).length !== 5) return undefined;
  try {
    return cronstrue.toString(expression, {
      use24HourTimeFormat: true,
      verbose: false,
      throwExceptionOnParseError: true,
    });
  } catch {
    return undefined;
  }
}

/** How days off are treated; nothing where every day counts. */
export function dayOffWords(days: BusinessDays | null | undefined): string | undefined {
  if (!days) return undefined;
  const where = days.country ? ` in ${countryName(days.country)}` : "";
  switch (days.on_day_off ?? "skip") {
    case "before":
      return `on business days${where}, else the one before`;
    case "after":
      return `on business days${where}, else the one after`;
    default:
      return `on business days${where} alone`;
  }
}

export function countryName(code: string): string {
  try {
    return new Intl.DisplayNames("en", { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}

function weekWords(days: readonly Weekday[]): string {
  const chosen = WEEKDAYS.filter((each) => days.includes(each.value));
  const week = chosen.map((each) => each.value).join();
  if (chosen.length === 7) return "day";
  if (week === "monday,tuesday,wednesday,thursday,friday") return "weekday";
  return new Intl.ListFormat("en").format(chosen.map((each) => each.label));
}

function dayWords(day: DayOfMonth): string {
  if (day === "last") return "the last day";
  if (typeof day === "number") return `the ${ordinal(day)}`;
  const weekday = WEEKDAYS.find((each) => each.value === day.weekday)?.label ?? day.weekday;
  return `the ${day.nth === "last" ? "last" : ordinal(day.nth)} ${weekday}`;
}

const SUFFIXES: Record<string, string> = { one: "st", two: "nd", few: "rd", other: "th" };

export function ordinal(number: number): string {
  const rule = new Intl.PluralRules("en", { type: "ordinal" }).select(number);
  return `${number}${SUFFIXES[rule] ?? "th"}`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
