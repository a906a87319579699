/** Rows of a large table from its Parquet file, as a document would have them. */

import { decompress as zstd } from "fzstd";
import { parquetReadObjects } from "hyparquet";

import type { Schemas } from "../../api/client";
import { refusal } from "../../api/problems";
import type { Cell, Column } from "../document/figures";

type Table = Schemas["Table"];

/** All of them, in order. */
export async function storedRows(runId: string, table: Table): Promise<Cell[][]> {
  const answer = await fetch(`/api/v1/reports/${runId}/tables/${table.name}`);
  if (!answer.ok) {
    throw refusal(answer.status, await answer.json().catch(() => undefined));
  }
  const objects = await parquetReadObjects({
    file: await answer.arrayBuffer(),
    compressors: { ZSTD: (input) => zstd(input) },
  });
  return objects.map((row) => table.columns.map((column) => cellOf(row[column.name], column)));
}

/** What the file's reader made of a value, as it travels in a document. */
export function cellOf(value: unknown, column: Column): Cell {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) {
    return column.kind === "date" ? value.toISOString().slice(0, 10) : value.toISOString();
  }
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") {
    return column.kind === "integer" ? value : value.toFixed(column.places ?? 0);
  }
  if (typeof value === "boolean") return value;
  return typeof value === "string" ? value : JSON.stringify(value);
}
