/** A saved report (a definition) as forms have it. */

import type { Schemas } from "../../api/client";
import type { Definition } from "../../api/planning";
import { languageName, USUAL_LANGUAGE } from "../../parts/languages";
import type { Difference } from "../conflicts/Conflict";
import { plainWords } from "../document/figures";
import { type Preset, presetNamed, presetWords } from "../periods/presets";

export interface DefinitionDraft {
  type: string;
  name: string;
  /** Counted from the day that it is made for. */
  preset: Preset;
  formats: string[];
  /** A BCP 47 tag. */
  language: string;
  parameters: Record<string, unknown>;
}

export function newDefinition(): DefinitionDraft {
  return {
    type: "",
    name: "",
    preset: "last_week",
    formats: ["pdf"],
    language: USUAL_LANGUAGE,
    parameters: {},
  };
}

export function definitionDraftOf(definition: Definition): DefinitionDraft {
  const { type, name, preset, formats, language, parameters } = definition;
  return { type, name, preset: presetNamed(preset) ?? "last_week", formats, language, parameters };
}

/** The fields that differ from what it began with: only they are sent. */
export function definitionChanges(
  draft: DefinitionDraft,
  began: DefinitionDraft,
): Schemas["DefinitionChange"] {
  const now = { ...draft, name: draft.name.trim() };
  return Object.fromEntries(
    Object.entries(now).filter(
      ([field, value]) =>
        JSON.stringify(value) !== JSON.stringify(began[field as keyof DefinitionDraft]),
    ),
  );
}

/** What somebody else changed since the draft began, beside what the draft says. */
export function definitionDifferences(
  draft: DefinitionDraft,
  began: DefinitionDraft,
  now: DefinitionDraft,
): Difference[] {
  const [before, theirs, mine] = [began, now, draft].map(wordsOf);
  return Object.entries(theirs ?? {})
    .filter(([field, words]) => words !== before?.[field])
    .map(([field, words]) => ({ field, theirs: words, mine: mine?.[field] ?? "" }));
}

function wordsOf(draft: DefinitionDraft): Record<string, string> {
  return {
    Name: draft.name,
    Period: presetWords(draft.preset),
    Files: draft.formats.join(", "),
    Language: languageName(draft.language),
    "What of it": filterWords(draft.parameters) || "all",
  };
}

/** What a report is narrowed down to, for instance "projects: Saltmarsh Choir". */
export function filterWords(parameters: Readonly<Record<string, unknown>>): string {
  return Object.entries(parameters)
    .filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value !== null))
    .map(([name, value]) => {
      const values = Array.isArray(value) ? value : [value];
      return `${plainWords(name)}: ${values.map((each) => plainWords(String(each))).join(", ")}`;
    })
    .join("; ");
}
