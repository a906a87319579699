/** Two reports of one kind set beside each other: key figures by name, rows of tables by their key. */

import type { Schemas } from "../../api/client";
import { type Cell, type Column, isFigure, type Kpi } from "../document/figures";
import { type DocumentTable, tablesOf } from "../document/document";
import { difference } from "./difference";

type ReportDocument = Schemas["ReportDocument"];
type Row = readonly Cell[];

export interface ComparedKpi {
  kpi: Kpi;
  earlier: string | null;
  /** Exact; nothing where one of them has no such figure. */
  difference: string | undefined;
}

/** This report's key figures with those of the same name in the earlier one. */
export function comparedKpis(now: ReportDocument, then: ReportDocument): ComparedKpi[] {
  return now.kpis.map((kpi) => {
    const earlier = then.kpis.find((each) => each.name === kpi.name)?.value ?? null;
    return { kpi, earlier, difference: difference(kpi.value, earlier) };
  });
}

export interface ComparedColumn {
  column: Column;
  now: number;
  /** Its place in the earlier table, which may lack it. */
  then: number | undefined;
}

export interface ComparedRow {
  key: string;
  now: Row | undefined;
  then: Row | undefined;
}

export interface ComparedTable {
  columns: ComparedColumn[];
  /** In this report's order; what only the earlier one has comes last. */
  rows: ComparedRow[];
  total: ComparedRow | undefined;
}

/** The rows that are of the same things, side by side; nothing where none are. */
export function comparedTable(now: DocumentTable, then: DocumentTable): ComparedTable | undefined {
  const keys = keyColumns(now);
  if (keys.length === 0 || keyColumns(then).join() !== keys.join()) return undefined;
  const keyOf = (row: Row) => JSON.stringify(row.slice(0, keys.length));
  const earlier = new Map(then.rows.map((row) => [keyOf(row), row]));
  const current = new Set(now.rows.map(keyOf));
  const shared = [...current].some((key) => earlier.has(key));
  if (!shared || current.size < now.rows.length || earlier.size < then.rows.length) {
    return undefined;
  }
  const place = (name: string) => {
    const index = then.columns.findIndex((column) => column.name === name);
    return index < 0 ? undefined : index;
  };
  return {
    columns: now.columns.flatMap((column, index) =>
      // What is compared already is of other periods, each report of its own.
      column.compares ? [] : [{ column, now: index, then: place(column.name) }],
    ),
    rows: [
      ...now.rows.map((row) => ({ key: keyOf(row), now: row, then: earlier.get(keyOf(row)) })),
      ...then.rows
        .filter((row) => !current.has(keyOf(row)))
        .map((row) => ({ key: keyOf(row), now: undefined, then: row })),
    ],
    total: now.total && then.total ? { key: "total", now: now.total, then: then.total } : undefined,
  };
}

/** What its rows are of: the columns before the first figure. */
function keyColumns(table: DocumentTable): string[] {
  const first = table.columns.findIndex(isFigure);
  return table.columns.slice(0, Math.max(first, 0)).map((column) => column.name);
}

/** What the earlier report has and this one has not, by its titles. */
export function onlyEarlier(now: ReportDocument, then: ReportDocument): string[] {
  const names = new Set(tablesOf(now).map((table) => table.name));
  return tablesOf(then)
    .filter((table) => !names.has(table.name))
    .map((table) => table.title);
}
