import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { answered, api } from "../../api/client";
import { type Definition, definitionQuery, versionTag } from "../../api/planning";
import { inWords, Refused } from "../../api/problems";
import {
  definitionChanges,
  definitionDifferences,
  type DefinitionDraft,
  definitionDraftOf,
} from "../../features/definitions/definition-draft";

const CONFLICT = 412;
const SHOWN = ["/name", "/preset", "/formats", "/language", "/parameters"];

/** Saves what was changed of a saved report; a conflict is told and nothing overwritten.
 *
 * `onStartAgain`: the form is to begin anew, from what is saved by then.
 */
export function useSaving(draft: DefinitionDraft, began: Definition, onStartAgain: () => void) {
  const client = useQueryClient();
  const [theirs, setTheirs] = useState<Definition>();
  const before = definitionDraftOf(began);
  const saving = useMutation({
    mutationFn: (version: number) =>
      answered(
        api.PATCH("/api/v1/definitions/{definition_id}", {
          params: {
            path: { definition_id: began.id },
            header: { "if-match": versionTag(version) },
          },
          body: definitionChanges(draft, before),
        }),
      ),
    onSuccess: (saved) => {
      client.setQueryData(definitionQuery(saved.id).queryKey, saved);
      void client.invalidateQueries({ queryKey: ["definitions"], refetchType: "none" });
      void client.invalidateQueries({ queryKey: ["schedules"] });
      notifications.show({ message: `“${saved.name}” is saved` });
      onStartAgain();
    },
    onError: async (error) => {
      if (error instanceof Refused && error.status === CONFLICT) {
        setTheirs(await client.fetchQuery({ ...definitionQuery(began.id), staleTime: 0 }));
      }
    },
  });
  const { error } = saving;
  const conflicting = error instanceof Refused && error.status === CONFLICT;
  const refused = error instanceof Refused && !conflicting ? error : undefined;
  return {
    pending: saving.isPending,
    save: () => saving.mutate(began.version),
    /** With the other one's changes known: what this form did not touch stays theirs. */
    saveOnTop: () => saving.mutate(theirs?.version ?? began.version),
    startAgain: onStartAgain,
    conflict:
      conflicting && theirs
        ? definitionDifferences(draft, before, definitionDraftOf(theirs))
        : undefined,
    at: (field: string) => refused?.at(field),
    elsewhere: refused
      ? refused.elsewhere(SHOWN)
      : error && !conflicting
        ? inWords(error)
        : undefined,
  };
}
