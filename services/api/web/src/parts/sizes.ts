import { numberFormat } from "./formats";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** A file's size, for instance "36 kB". */
export function bytes(size: number, locale?: string): string {
  let value = size;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return numberFormat(locale, {
    style: "unit",
    unit: UNITS[unit] ?? "byte",
    // Short, it would be "248 byte".
    unitDisplay: unit === 0 ? "long" : "short",
    maximumFractionDigits: unit === 0 || value >= 100 ? 0 : 1,
  }).format(value);
}
