/** The trend of a figure within a report: one value per bucket of time, from its own chart or table. */

import type { Schemas } from "../../api/client";

type ReportDocument = Schemas["ReportDocument"];

export type TrendSource = { chart: string; sum: string } | { table: string; column: string };

/** In the order of time; empty where the document has no such part. */
export function trendOf(document: ReportDocument, source: TrendSource): number[] {
  if ("table" in source) {
    const table = document.sections
      .flatMap((section) => section.tables ?? [])
      .find((each) => each.name === source.table);
    const index = table?.columns.findIndex((column) => column.name === source.column) ?? -1;
    if (table === undefined || index < 0) return [];
    return table.rows.flatMap((row) => {
      const value = row[index];
      return value === null || value === undefined ? [] : [Number(value)];
    });
  }
  const chart = document.sections
    .flatMap((section) => section.charts ?? [])
    .find((each) => each.name === source.chart);
  const data = chart?.specification.data as { values?: Record<string, unknown>[] } | undefined;
  const sums = new Map<string, number>();
  for (const row of data?.values ?? []) {
    const bucket = String(row.bucket);
    sums.set(bucket, (sums.get(bucket) ?? 0) + Number(row[source.sum] ?? 0));
  }
  return [...sums.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, sum]) => sum);
}

/** Points of a line in a box of that size, the lowest value at the bottom. */
export function linePoints(values: readonly number[], width: number, height: number): string {
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  return values
    .map((value, index) => {
      const y = height - ((value - low) / span) * height;
      return `${(index * step).toFixed(1)},${y.toFixed(1)}`;
    })
    .join(" ");
}
