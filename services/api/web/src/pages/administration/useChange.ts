import { notifications } from "@mantine/notifications";
import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";

import { inWords, Refused } from "../../api/problems";
import { offerUndo } from "../../parts/undo";

/** What is said of a change that can be taken back, and how it is. */
export interface Undoable<Asked> {
  words: string;
  undo: (asked: Asked) => Promise<unknown>;
}

/** A change of what administrators set: read again once done, said at its field when refused. */
export function useChange<Asked, Answer>(
  change: (asked: Asked) => Promise<Answer>,
  stale: QueryKey,
  said?: string | Undoable<Asked>,
) {
  const client = useQueryClient();
  const takeBack = (done: Undoable<Asked>, asked: Asked) => {
    void done
      .undo(asked)
      .catch((error: unknown) =>
        notifications.show({
          color: "warning",
          title: "It could not be undone",
          message: inWords(error),
        }),
      )
      .finally(() => client.invalidateQueries({ queryKey: stale }));
  };
  const changing = useMutation({
    mutationFn: change,
    onSuccess: (_answer, asked) => {
      void client.invalidateQueries({ queryKey: stale });
      if (typeof said === "object") offerUndo(said.words, () => takeBack(said, asked));
      else if (said) notifications.show({ message: said });
    },
    onError: (error) => {
      // What is about a field is said there, by `at`.
      if (error instanceof Refused && error.fields.length > 0) return;
      notifications.show({ color: "warning", title: "That did not work", message: inWords(error) });
    },
  });
  const refused = changing.error instanceof Refused ? changing.error : undefined;
  return {
    ...changing,
    at: (field: string) => refused?.at(field),
    /** Of the whole, where the refusal names no field that is shown. */
    elsewhere: (shown: readonly string[]) =>
      refused && refused.fields.length > 0 ? refused.elsewhere(shown) : undefined,
  };
}
