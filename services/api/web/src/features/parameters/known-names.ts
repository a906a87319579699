/** Names to choose from, taken from what the latest reports say. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import type { Schemas } from "../../api/client";
import { documentQuery, runsQuery } from "../../api/queries";

/** Parameters, and the column of a report's tables that has their names. */
const COLUMNS: Record<string, string> = {
  projects: "project",
  scene_types: "scene_type",
  resolution_tiers: "resolution_tier",
  workers: "worker",
  devices: "device",
  event_types: "event_type",
};

/** Of the latest report of that type, by parameter; nothing until one was made. */
export function useKnownNames(type: string): Record<string, readonly string[]> {
  const runs = useInfiniteQuery(runsQuery({ type, status: "completed" }, 1));
  const run = runs.data?.pages[0]?.items[0];
  const document = useQuery({ ...documentQuery(run?.id ?? ""), enabled: run !== undefined });
  return document.data === undefined ? {} : knownNames(document.data);
}

/** Every name that a table of the document has, in order. */
export function knownNames(document: Schemas["ReportDocument"]): Record<string, string[]> {
  const tables = document.sections.flatMap((section) => section.tables ?? []);
  return Object.fromEntries(
    Object.entries(COLUMNS).map(([parameter, column]) => {
      const names = tables.flatMap((table) => {
        const index = table.columns.findIndex((each) => each.name === column);
        return index < 0 ? [] : table.rows.map((row) => row[index]);
      });
      const texts = names.filter((name): name is string => typeof name === "string");
      return [parameter, [...new Set(texts)].sort((one, other) => one.localeCompare(other))];
    }),
  );
}
