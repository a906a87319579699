/** What is being asked for, before it is: as the form has it and as the address says it. */

import type { ReportType, Run } from "../../api/client";
import { changedParameters, type Field } from "../../features/parameters/fields";
import { type ChosenPeriod, presetNamed } from "../../features/periods/presets";
import { NOBODY, type Recipients, recipientsOf } from "../../features/recipients/recipients";
import { USUAL_LANGUAGE } from "../../parts/languages";

export interface Draft {
  period: ChosenPeriod;
  parameters: Record<string, unknown>;
  formats: string[];
  /** A BCP 47 tag. */
  language: string;
  recipients: Recipients;
}

export interface DraftSearch {
  preset?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  formats?: string | undefined;
  language?: string | undefined;
  /** The parameters as JSON. */
  with?: string | undefined;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** As the address says; what it leaves out is last month as PDF. */
export function draftOf(
  search: DraftSearch,
  type: Pick<ReportType, "formats" | "languages">,
): Draft {
  const wanted = search.formats?.split(",").filter((format) => type.formats.includes(format)) ?? [];
  const first = type.formats.includes("pdf") ? "pdf" : type.formats[0];
  const days = [search.from, search.to].map((day) => (day && DAY.test(day) ? day : null));
  return {
    period:
      days[0] && days[1]
        ? { from: days[0], to: days[1] }
        : { preset: presetNamed(search.preset) ?? "last_month" },
    parameters: parametersIn(search.with),
    formats: wanted.length > 0 ? wanted : first ? [first] : [],
    language: type.languages.find((language) => language === search.language) ?? USUAL_LANGUAGE,
    recipients: NOBODY,
  };
}

/** The same again as an earlier run. */
export function draftLike(run: Run): Draft {
  return {
    period: { from: run.period.from, to: run.period.to },
    parameters: run.parameters,
    formats: run.formats,
    language: run.language,
    recipients: recipientsOf(run.deliveries),
  };
}

/** What of it belongs into the address. */
export function searchOf(draft: Draft, fields: readonly Field[]): DraftSearch {
  const changed = changedParameters(fields, draft.parameters);
  const period =
    "preset" in draft.period
      ? { preset: draft.period.preset }
      : { from: draft.period.from ?? undefined, to: draft.period.to ?? undefined };
  return {
    ...period,
    formats: draft.formats.join(",") || undefined,
    language: draft.language === USUAL_LANGUAGE ? undefined : draft.language,
    with: Object.keys(changed).length > 0 ? JSON.stringify(changed) : undefined,
  };
}

function parametersIn(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
