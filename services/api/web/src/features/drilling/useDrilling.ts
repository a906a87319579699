import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";

import { answered, api, type Run } from "../../api/client";
import { inWords } from "../../api/problems";
import { reportTypesQuery, runQuery } from "../../api/queries";
import { useRunActions } from "../runs/useRunActions";
import type { Drilling } from "./drilling";
import { narrowedRequest } from "./narrowing";
import { trailText } from "./trail";

/** Opening parts of that run as reports of their own; nothing for whoever may not ask for any. */
export function useDrilling(run: Run, trail: readonly string[]): Drilling | undefined {
  const { data: types } = useQuery(reportTypesQuery);
  const { mayAsk } = useRunActions(run);
  const client = useQueryClient();
  const navigate = useNavigate();
  const { mutate } = useMutation({
    mutationFn: (body: NonNullable<ReturnType<typeof narrowedRequest>>) =>
      answered(
        api.POST("/api/v1/reports", {
          body,
          params: { header: { "idempotency-key": crypto.randomUUID() } },
        }),
      ),
    onSuccess: (made) => {
      client.setQueryData(runQuery(made.id).queryKey, made);
      void client.invalidateQueries({ queryKey: ["runs"] });
      void navigate({
        to: "/runs/$id",
        params: { id: made.id },
        search: { trail: trailText([...trail, run.id]) },
      });
    },
    onError: (error) =>
      notifications.show({
        color: "warning",
        title: "That part cannot be opened",
        message: inWords(error),
      }),
  });
  return useMemo(() => {
    if (!mayAsk || types === undefined) return undefined;
    return {
      leads: (narrowing) => narrowedRequest(run, narrowing, types) !== undefined,
      open: (narrowing) => {
        const body = narrowedRequest(run, narrowing, types);
        if (body) mutate(body);
      },
    };
  }, [run, types, mayAsk, mutate]);
}
