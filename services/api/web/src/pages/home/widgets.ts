/** Which figures the home page shows. */

import type { TrendSource } from "./trend";

export interface WidgetOf {
  type: string;
  /** The first of these that the report has. */
  kpis: readonly string[];
  trend: TrendSource;
  /** Shown as a part of a whole. */
  gauge?: boolean;
}

/** How many of the latest runs it lists. */
export const LATEST_RUNS = 6;

export const WIDGETS: readonly WidgetOf[] = [
  {
    type: "delivery_summary",
    kpis: ["characters_delivered"],
    trend: { chart: "delivered_over_time", sum: "count" },
  },
  {
    type: "gpu_utilization",
    kpis: ["utilization"],
    trend: { table: "over_time", column: "active_percent" },
    gauge: true,
  },
  {
    type: "quality_metrics",
    kpis: ["pass_rate"],
    trend: { table: "over_time", column: "pass_percent" },
  },
  {
    type: "cost_per_character",
    kpis: ["cost_per_character", "gpu_hours_per_character"],
    trend: { table: "over_time", column: "gpu_hours" },
  },
];
