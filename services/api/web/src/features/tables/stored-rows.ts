/** Rows of a large table from its Parquet file, as a document would have them. */

import { decompress as zstd } from "fzstd";
import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";

import type { Cell, Column } from "../document/figures";
import type { Row } from "./arranging";

/** The first `most` of them, in order, one group of the file after the other. */
export async function* storedRows(
  file: ArrayBuffer,
  columns: readonly Column[],
  most: number,
): AsyncGenerator<Row[]> {
  const metadata = await parquetMetadataAsync(file);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = Math.min(rowStart + Number(group.num_rows), most);
    if (rowEnd <= rowStart) return;
    const objects = await parquetReadObjects({
      file,
      metadata,
      rowStart,
      rowEnd,
      compressors: { ZSTD: (input) => zstd(input) },
    });
    yield objects.map((row) => columns.map((column) => cellOf(row[column.name], column)));
    rowStart = rowEnd;
  }
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
