import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { answered, api, type Run, type RunSummary } from "../../api/client";
import { inWords } from "../../api/problems";
import { runQuery, sessionQuery } from "../../api/queries";
import { isFinal } from "../../parts/statuses";

/** What one may do to a run, and doing it: the answer is shown wherever the run is. */
export function useRunActions(run: Pick<RunSummary, "id" | "status" | "requested_by">) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const who = session.signed_in;
  const own = who?.role === "admin" || (who?.role === "author" && who.sub === run.requested_by);
  const path = { params: { path: { run_id: run.id } } };

  const done = (changed: Run) => {
    client.setQueryData(runQuery(changed.id).queryKey, changed);
    void client.invalidateQueries({ queryKey: ["runs"] });
  };
  const failed = (error: unknown) =>
    notifications.show({ color: "warning", title: "That did not work", message: inWords(error) });

  const cancel = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/reports/{run_id}/cancel", path)),
    onSuccess: done,
    onError: failed,
  });
  const retry = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/reports/{run_id}/retry", path)),
    onSuccess: (begun) => {
      done(begun);
      if (begun.id === run.id) return;
      // What failed of a burst is made again by a run of its own.
      void client.invalidateQueries({ queryKey: runQuery(run.id).queryKey });
      void navigate({ to: "/runs/$id", params: { id: begun.id }, search: { tab: "parts" } });
    },
    onError: failed,
  });
  const render = useMutation({
    /** `slice`: the part of a burst's report that it is to be of; none: the whole. */
    mutationFn: ({ format, slice = null }: { format: string; slice?: string | null }) =>
      answered(
        api.POST("/api/v1/reports/{run_id}/render", {
          ...path,
          body: { formats: [format], slice },
        }),
      ),
    onSuccess: done,
    onError: failed,
  });

  return {
    cancel,
    retry,
    render,
    own,
    mayCancel: own && !isFinal(run.status),
    mayRetry: own && run.status === "failed",
    mayRender: who?.role !== "viewer" && run.status === "completed",
    mayAsk: who?.role !== "viewer",
    maySend: own && run.status === "completed",
  };
}
