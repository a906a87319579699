import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { answered, api } from "../../api/client";
import { type Schedule, scheduleQuery, versionTag } from "../../api/planning";
import { inWords, Refused } from "../../api/problems";
import type { Difference } from "../../features/conflicts/Conflict";
import { changesOf, differences, type Draft, requestOf, type Step, stepOf } from "./draft";

interface Told {
  /** The new report is saved: the draft is of it from now on. */
  onDefinition: (id: string) => void;
  onRefused: (field: string) => void;
  onRefusedReport: () => void;
}

/** The report was refused, not the schedule. */
class ReportRefused extends Error {
  readonly refused: Refused;
  constructor(refused: Refused) {
    super(refused.message);
    this.refused = refused;
  }
}

const CONFLICT = 412;

/** Saves a new schedule, or what was changed of one; a conflict is told and nothing overwritten. */
export function useSaving(draft: Draft, began: Schedule | undefined, told: Told) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [theirs, setTheirs] = useState<Schedule>();

  const saving = useMutation({
    mutationFn: async (version: number | undefined) => {
      if (began !== undefined) {
        return answered(
          api.PATCH("/api/v1/schedules/{schedule_id}", {
            params: {
              path: { schedule_id: began.id },
              header: { "if-match": versionTag(version ?? began.version) },
            },
            body: changesOf(draft, began),
          }),
        );
      }
      const definition = draft.definition ?? (await addReport(draft));
      told.onDefinition(definition);
      void client.invalidateQueries({ queryKey: ["definitions"] });
      return answered(api.POST("/api/v1/schedules", { body: requestOf(draft, definition) }));
    },
    onSuccess: (saved) => {
      client.setQueryData(scheduleQuery(saved.id).queryKey, saved);
      void client.invalidateQueries({ queryKey: ["schedules"] });
      notifications.show({ message: `“${saved.name}” is saved` });
      void navigate({ to: "/schedules/$id", params: { id: saved.id } });
    },
    onError: async (error) => {
      if (error instanceof ReportRefused) told.onRefusedReport();
      else if (error instanceof Refused && error.status === CONFLICT && began) {
        setTheirs(await client.fetchQuery({ ...scheduleQuery(began.id), staleTime: 0 }));
      } else if (error instanceof Refused && error.fields[0]) {
        told.onRefused(error.fields[0].field);
      }
    },
  });

  const { error } = saving;
  const refused = error instanceof Refused && error.status !== CONFLICT ? error : undefined;
  const report = error instanceof ReportRefused ? error.refused : undefined;
  const conflicting = theirs !== undefined && error instanceof Refused && error.status === CONFLICT;

  return {
    pending: saving.isPending,
    save: () => saving.mutate(undefined),
    /** With the other one's changes known: what this form did not touch stays theirs. */
    saveOnTop: () => saving.mutate(theirs?.version),
    startAgain: (again: (() => void) | undefined) => {
      saving.reset();
      again?.();
    },
    conflict:
      conflicting && began
        ? differences(draft, began, theirs)
        : (undefined as Difference[] | undefined),
    at: (field: string) => refused?.at(field),
    atReport: (field: string) => report?.at(field),
    wrongSteps: new Set<Step>([
      ...(refused?.fields ?? []).map((each) => stepOf(each.field)),
      ...(report ? (["what"] as const) : []),
    ]),
    elsewhere: elsewhere(error, refused, report),
  };
}

function elsewhere(
  error: Error | null,
  refused: Refused | undefined,
  report: Refused | undefined,
): string | undefined {
  if (report) return report.message;
  if (refused) return refused.fields.map((each) => each.detail).join("; ") || refused.message;
  if (error === null || error instanceof Refused) return undefined;
  return inWords(error);
}

async function addReport(draft: Draft): Promise<string> {
  const { name, ...fresh } = draft.fresh;
  try {
    const body = { ...fresh, name: name.trim() };
    return (await answered(api.POST("/api/v1/definitions", { body }))).id;
  } catch (error) {
    throw error instanceof Refused ? new ReportRefused(error) : error;
  }
}
