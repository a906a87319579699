/** Recipients who each get a part of a report: a table, or a query that names them. */

import type { Schemas } from "../../api/client";
import { type Recipient, recipientWords } from "../recipients/recipients";

export type Burst = Schemas["BurstBody"];
export type BurstRow = Schemas["BurstRowBody"];

/** The columns of a pasted table that are no filters. */
const OWN_COLUMNS = ["to", "channel", "formats", "language"] as const;
const BETWEEN = ";";

/** For instance "3 recipients, each a part of it"; nothing where nobody gets a part. */
export function burstWords(burst: Burst | null | undefined): string | undefined {
  if (!burst) return undefined;
  if (burst.query) return "whom a query names, each a part of it";
  const count = burst.rows?.length ?? 0;
  return count === 1 ? "1 recipient, a part of it" : `${count} recipients, each a part of it`;
}

/** Who gets the whole, and who a part of it. */
export function whomWords(
  whole: readonly Recipient[],
  burst: Burst | null | undefined,
  most?: number,
): string {
  const parts = burstWords(burst);
  if (parts === undefined) return recipientWords(whole, most);
  return whole.length === 0 ? parts : `${recipientWords(whole, most)}; ${parts}`;
}

/** The filters that rows narrow the report down by, in the order in which they come. */
export function columnsOf(rows: readonly BurstRow[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row.values ?? {})))];
}

/** What a row narrows one filter down to. */
export function valuesOf(row: BurstRow, column: string): string[] {
  const value = row.values?.[column];
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

/** The row narrowed down so; without a value it is not narrowed by that filter. */
export function withValues(row: BurstRow, column: string, values: string[]): BurstRow {
  const others = Object.fromEntries(
    Object.entries(row.values ?? {}).filter(([name]) => name !== column),
  );
  return { ...row, values: values.length > 0 ? { ...others, [column]: values } : others };
}

/** The rows of a table as spreadsheets copy it: tabs between cells, names of columns first.
 *
 * Throws an `Error` that says what is missing, in words.
 */
export function pastedRows(text: string, filters: readonly string[]): BurstRow[] {
  const [heading, ...lines] = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map((line) => line.split("\t").map((cell) => cell.trim()));
  const columns = (heading ?? []).map((name) => name.toLowerCase());
  if (!columns.includes("to")) {
    throw new Error("The first line has to name the columns, one of them “to”.");
  }
  const known: readonly string[] = [...OWN_COLUMNS, ...filters];
  const unknown = columns.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(
      `This report has no filter called “${unknown.join("”, “")}”: it has ${filters.join(", ")}.`,
    );
  }
  return lines.map((cells) => rowOf(columns, cells));
}

function rowOf(columns: readonly string[], cells: readonly string[]): BurstRow {
  const cell = (name: string) => cells[columns.indexOf(name)] ?? "";
  const filters = columns.filter((name) => !OWN_COLUMNS.some((own) => own === name));
  const row: BurstRow = {
    to: cell("to"),
    ...(cell("channel") ? { channel: cell("channel") } : {}),
    ...(cell("formats") ? { formats: several(cell("formats")) } : {}),
    ...(cell("language") ? { language: cell("language") } : {}),
  };
  return filters.reduce((made, name) => withValues(made, name, several(cell(name))), row);
}

function several(cell: string): string[] {
  return cell
    .split(BETWEEN)
    .map((value) => value.trim())
    .filter((value) => value !== "");
}
