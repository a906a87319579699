/** Columns of a table that take few values, and the rows that have chosen ones. */

import type { Cell, Column } from "../document/figures";

type Row = readonly Cell[];

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

/** The rows that have in each of these columns what was chosen; all of them where nothing was. */
export function rowsWith(
  columns: readonly Column[],
  rows: readonly Row[],
  only: Readonly<Record<string, string>>,
): Row[] {
  const wanted = Object.entries(only).flatMap(([name, value]) => {
    const index = columns.findIndex((column) => column.name === name);
    return index < 0 ? [] : [[index, value] as const];
  });
  return rows.filter((row) => wanted.every(([index, value]) => row[index] === value));
}
