import type { Schemas } from "../../api/client";

/** A table of a document that is shown, which also says where the rows of a large one are. */
export type DocumentTable = Schemas["Table"] & { stored?: { count: number } | null };

/** Every table, in reading order. */
export function tablesOf(document: Schemas["ReportDocument"]): DocumentTable[] {
  return document.sections.flatMap((section) => section.tables ?? []);
}
