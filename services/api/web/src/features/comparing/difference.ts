/** Differences of exact figures: decimals are subtracted digit by digit, never as binary fractions. */

import { figure } from "../document/figures";

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** `value` less `earlier`, both whole or decimals in texts; nothing where one is no figure. */
export function difference(
  value: string | number | null | undefined,
  earlier: string | number | null | undefined,
): string | undefined {
  const one = DECIMAL.exec(String(value ?? ""));
  const other = DECIMAL.exec(String(earlier ?? ""));
  if (one === null || other === null) return undefined;
  const places = Math.max(one[3]?.length ?? 0, other[3]?.length ?? 0);
  const whole = scaled(one, places) - scaled(other, places);
  const digits = String(whole < 0n ? -whole : whole).padStart(places + 1, "0");
  const text =
    places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(digits.length - places)}`;
  return whole < 0n ? `-${text}` : text;
}

function scaled([, sign, whole, fraction]: RegExpExecArray, places: number): bigint {
  return BigInt(`${sign ?? ""}${whole ?? "0"}${(fraction ?? "").padEnd(places, "0")}`);
}

/** A difference as people read it: "+134", "−2.5"; "unchanged" for none. */
export function differenceWords(
  text: string,
  places: number | null | undefined,
  locale?: string,
): string {
  if (!/[1-9]/.test(text)) return "unchanged";
  const shown = figure(text, places, locale);
  if (!/[1-9]/.test(shown)) return text.startsWith("-") ? "a little less" : "a little more";
  return text.startsWith("-") ? shown : `+${shown}`;
}
