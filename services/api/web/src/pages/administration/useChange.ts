import { notifications } from "@mantine/notifications";
import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";

import { inWords, Refused } from "../../api/problems";

/** A change of what administrators set: read again once done, said at its field when refused. */
export function useChange<Asked, Answer>(
  change: (asked: Asked) => Promise<Answer>,
  stale: QueryKey,
  said?: string,
) {
  const client = useQueryClient();
  const changing = useMutation({
    mutationFn: change,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: stale });
      if (said) notifications.show({ message: said });
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
