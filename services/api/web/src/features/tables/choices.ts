/** Columns of a table that take few values, and which of those were chosen. */

import type { Column } from "../document/figures";
import type { Row } from "./arranging";

/** More are looked for by typing, not chosen. */
const MOST_VALUES = 25;

export interface Choosable {
  column: Column;
  index: number;
  /** In the order of the language. */
  values: string[];
}

/** Of columns with words those in which at least two and not many different ones stand. */
export function choosable(columns: readonly Column[], rows: readonly Row[]): Choosable[] {
  return columns.flatMap((column, index) => {
    if (column.kind !== "text") return [];
    const found = new Set<string>();
    for (const row of rows) {
      const cell = row[index];
      if (typeof cell === "string") found.add(cell);
      if (found.size > MOST_VALUES) return [];
    }
    const values = [...found].sort((one, other) => one.localeCompare(other));
    return values.length > 1 ? [{ column, index, values }] : [];
  });
}

/** Of what was chosen by columns' names, what this table has: the column's place, and its value. */
export function chosen(
  columns: readonly Column[],
  only: Readonly<Record<string, string>>,
): { index: number; value: string }[] {
  return Object.entries(only).flatMap(([name, value]) => {
    const index = columns.findIndex((column) => column.name === name);
    return index < 0 ? [] : [{ index, value }];
  });
}
