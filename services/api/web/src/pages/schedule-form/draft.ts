/** A schedule as the form has it, before it is saved or while it is changed. */

import type { Run, Schemas } from "../../api/client";
import type { Cadence, Schedule, ScheduleBody } from "../../api/planning";
import { type Burst, whomWords } from "../../features/bursting/bursts";
import { cadenceWords, firstCadence } from "../../features/cadences/cadence";
import type { Difference } from "../../features/conflicts/Conflict";
import { type DefinitionDraft, newDefinition } from "../../features/definitions/definition-draft";
import { presetLike } from "../../features/periods/presets";
import {
  entriesOf,
  NOBODY,
  type Recipients,
  recipientsOf,
} from "../../features/recipients/recipients";
import { type Condition, conditionWords } from "../../features/schedules/conditions";
import { bodyOf } from "../../features/schedules/useScheduleActions";

export type Readiness = NonNullable<ScheduleBody["readiness"]>;
export type Misfire = NonNullable<ScheduleBody["misfire"]>;

export interface Draft {
  name: string;
  /** The id of a saved report; null: a new one. */
  definition: string | null;
  /** A report that is saved together with its schedule. */
  fresh: DefinitionDraft;
  cadence: Cadence;
  recipients: Recipients;
  /** Who each gets a part of it. */
  burst: Burst | null;
  condition: Condition;
  readiness: Readiness | null;
  misfire: Misfire;
  jitterSeconds: number;
}

export type Step = "what" | "when" | "whom" | "condition";
export const STEPS: readonly { value: Step; label: string }[] = [
  { value: "what", label: "What" },
  { value: "when", label: "When" },
  { value: "whom", label: "For whom" },
  { value: "condition", label: "On what condition" },
];

export function newDraft(timezone: string, definition: string | undefined): Draft {
  return {
    name: "",
    definition: definition ?? null,
    fresh: newDefinition(),
    cadence: firstCadence(timezone),
    recipients: NOBODY,
    burst: null,
    condition: { kind: "always" },
    readiness: null,
    misfire: { policy: "run_once", grace_seconds: 300, most: 10 },
    jitterSeconds: 0,
  };
}

/** The same report as a run's, over a period that moves along, to those who got that one.
 *
 * What was made of a saved report goes on with that one.
 */
export function draftLike(
  run: Pick<
    Run,
    | "type"
    | "definition"
    | "period"
    | "formats"
    | "language"
    | "parameters"
    | "burst"
    | "deliveries"
  >,
  timezone: string,
  name: string,
): Draft {
  return {
    ...newDraft(timezone, run.definition ?? undefined),
    fresh: {
      type: run.type,
      name,
      preset: presetLike(run.period.from, run.period.to),
      formats: run.formats,
      language: run.language,
      parameters: run.parameters,
    },
    // The recipients of a burst each get a part: they are no recipients of the whole.
    recipients: recipientsOf(run.burst ? [] : run.deliveries),
  };
}

export function draftOf(schedule: Schedule): Draft {
  const body = bodyOf(schedule);
  return {
    ...newDraft(body.cadence.timezone, body.definition),
    name: body.name,
    cadence: body.cadence,
    recipients: recipientsOf(body.deliver_to ?? []),
    burst: body.burst ?? null,
    condition: body.condition ?? { kind: "always" },
    readiness: body.readiness ?? null,
    misfire: schedule.misfire,
    jitterSeconds: schedule.jitter_seconds,
  };
}

/** What the draft says, as a request has it; `definition` is that of the saved report. */
export function requestOf(draft: Draft, definition: string): ScheduleBody {
  return {
    name: draft.name.trim() || nameFor(draft),
    definition,
    cadence: draft.cadence,
    deliver_to: entriesOf(draft.recipients),
    burst: draft.burst,
    condition: draft.condition,
    readiness: draft.readiness,
    misfire: draft.misfire,
    jitter_seconds: draft.jitterSeconds,
  };
}

/** What a schedule is called when nobody says: what it is and when. */
export function nameFor(draft: Draft): string {
  return cadenceWords(draft.cadence).slice(0, 100);
}

/** The fields of the draft that differ from what it began with: only they are sent. */
export function changesOf(draft: Draft, began: Schedule): Schemas["ScheduleChange"] {
  const before = requestOf(draftOf(began), began.definition.id);
  const now = requestOf(draft, draft.definition ?? began.definition.id);
  return Object.fromEntries(
    Object.entries(now).filter(
      ([field, value]) => !same(value, before[field as keyof ScheduleBody]),
    ),
  );
}

/** What somebody else changed since the draft began, beside what the draft says. */
export function differences(draft: Draft, began: Schedule, now: Schedule): Difference[] {
  const before = wordsOf(draftOf(began), began.definition.name);
  const theirs = wordsOf(draftOf(now), now.definition.name);
  const mine = wordsOf(
    draft,
    draft.definition === began.definition.id ? began.definition.name : "another report",
  );
  return Object.keys(before)
    .filter((field) => before[field] !== theirs[field])
    .map((field) => ({ field, theirs: theirs[field] ?? "", mine: mine[field] ?? "" }));
}

function wordsOf(draft: Draft, report: string): Record<string, string> {
  const { cadence } = draft;
  const days = cadence.business_days;
  return {
    Name: draft.name,
    Report: report,
    When: [
      `${cadenceWords(cadence)} (${cadence.timezone})`,
      cadence.start && `from ${cadence.start}`,
      cadence.end && `until ${cadence.end}`,
      days && `business days ${days.country ?? ""}, ${days.on_day_off ?? "skip"}`,
    ]
      .filter(Boolean)
      .join(", "),
    "For whom": whomWords(entriesOf(draft.recipients), draft.burst, 100),
    Condition: conditionWords(draft.condition),
    "Waits for": draft.readiness
      ? `${draft.readiness.signal} until ${draft.readiness.not_later_than}`
      : "nothing",
    "When it was missed": `${draft.misfire.policy}, ${draft.misfire.grace_seconds} s`,
    Spread: `${draft.jitterSeconds} s`,
  };
}

/** The step that has the field which a refusal names by its JSON Pointer. */
export function stepOf(field: string): Step {
  const name = field.split("/")[1] ?? "";
  if (["cadence", "misfire", "jitter_seconds"].includes(name)) return "when";
  if (["deliver_to", "burst"].includes(name)) return "whom";
  if (["condition", "readiness"].includes(name)) return "condition";
  return "what";
}

/** Alike but for the order of their fields, and for fields that say nothing. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null && inner !== undefined)
      .sort(([first], [second]) => first.localeCompare(second))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
