/** Instants, days and lengths of time as people read them, in their own zone and language. */

import { dateFormat, relativeFormat } from "./formats";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS: readonly [limit: number, unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  [MINUTE, "second", 1],
  [HOUR, "minute", MINUTE],
  [DAY, "hour", HOUR],
  [14 * DAY, "day", DAY],
];

/** For instance "5 minutes ago", "in 2 days"; beyond two weeks the day itself. */
export function relative(at: Date, now: Date, locale?: string): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  const distance = Math.abs(seconds);
  if (distance < 10) return "just now";
  for (const [limit, unit, length] of STEPS) {
    if (distance < limit) {
      const format = relativeFormat(locale);
      // Who says "tomorrow" counts nights, not spans of 24 hours.
      const count = unit === "day" ? nights(now, at) : Math.trunc(seconds / length);
      return format.format(count, unit);
    }
  }
  return dateFormat(locale, { dateStyle: "medium" }).format(at);
}

function nights(from: Date, to: Date): number {
  const midnight = (at: Date) => Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
  return (midnight(to) - midnight(from)) / (1000 * DAY);
}

/** Day, time and zone, for instance "21 Nov 2026, 19:25:27 GMT+1". */
export function exact(at: Date, timeZone?: string, locale?: string): string {
  return dateFormat(locale, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
    ...(timeZone ? { timeZone } : {}),
  }).format(at);
}

/** The time of day alone. */
export function clockTime(at: Date, locale?: string): string {
  return dateFormat(locale, { timeStyle: "short" }).format(at);
}

/** A calendar day (YYYY-MM-DD), which has no zone. */
export function day(text: string, locale?: string): string {
  const at = new Date(`${text}T00:00:00Z`);
  return dateFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(at);
}

/** Two days, both included, with what they share said once. */
export function days(from: string, to: string, locale?: string): string {
  const format = dateFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  return format.formatRange(new Date(`${from}T00:00:00Z`), new Date(`${to}T00:00:00Z`));
}

/** For instance "45 ms", "1.2 s", "3 min 20 s". */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
