/** What a preview asks for, from what the form has. */

import type { Schemas } from "../../api/client";
import { changedParameters, type Field } from "../../features/parameters/fields";
import type { Draft } from "./draft";

/** Rows of a list that a preview reads, where the report can be told how many. */
const FEW_ROWS = 50;
const ROW_LIMIT = "limit";

/** Nothing until both days are chosen. */
export function previewRequest(
  type: string,
  draft: Pick<Draft, "period" | "parameters" | "language">,
  fields: readonly Field[],
): Schemas["DocumentBody"] | undefined {
  const { period } = draft;
  if (!("preset" in period) && (period.from === null || period.to === null)) return undefined;
  const parameters = changedParameters(fields, draft.parameters);
  if (fields.some((field) => field.name === ROW_LIMIT)) {
    const wanted = parameters[ROW_LIMIT];
    parameters[ROW_LIMIT] = typeof wanted === "number" ? Math.min(wanted, FEW_ROWS) : FEW_ROWS;
  }
  return { type, period: period as Schemas["PeriodBody"], parameters, language: draft.language };
}
