import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { answered, api, type Schemas } from "../../api/client";
import { definitionQuery, type Definition } from "../../api/planning";
import { inWords } from "../../api/problems";
import { runQuery, sessionQuery } from "../../api/queries";
import { offerUndo } from "../../parts/undo";

/** What one may do to a saved report, and doing it. */
export function useDefinitionActions(of: Pick<Definition, "id" | "name" | "owner">) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const who = session.signed_in;
  const mayRun = who?.role !== "viewer";
  const may = who?.role === "admin" || (who?.role === "author" && who.sub === of.owner);
  const path = { params: { path: { definition_id: of.id } } };
  const lookAgain = () => void client.invalidateQueries({ queryKey: ["definitions"] });
  const onError = (error: unknown) =>
    notifications.show({ color: "warning", title: "That did not work", message: inWords(error) });

  const run = useMutation({
    mutationFn: () =>
      answered(
        api.POST("/api/v1/definitions/{definition_id}/run", {
          params: { ...path.params, header: { "idempotency-key": crypto.randomUUID() } },
          body: {},
        }),
      ),
    onSuccess: (started) => {
      client.setQueryData(runQuery(started.id).queryKey, started);
      void client.invalidateQueries({ queryKey: ["runs"] });
      void navigate({ to: "/runs/$id", params: { id: started.id } });
    },
    onError,
  });
  const saveAgain = useMutation({
    mutationFn: (body: Schemas["DefinitionBody"]) =>
      answered(api.POST("/api/v1/definitions", { body })),
    onSettled: lookAgain,
    onError,
  });
  const remove = useMutation({
    mutationFn: async () => {
      const whole = await client.fetchQuery(definitionQuery(of.id));
      await answered<unknown>(api.DELETE("/api/v1/definitions/{definition_id}", path));
      return whole;
    },
    onSuccess: (whole) => {
      void navigate({ to: "/saved" });
      client.removeQueries({ queryKey: definitionQuery(of.id).queryKey });
      lookAgain();
      offerUndo(`“${of.name}” is deleted`, () => saveAgain.mutate(bodyOf(whole)));
    },
    onError,
  });
  return { run, remove, may, mayRun };
}

/** A saved report as a request says it. */
function bodyOf(definition: Definition): Schemas["DefinitionBody"] {
  const { id, version, owner, created_at, updated_at, ...body } = definition;
  void [id, version, owner, created_at, updated_at];
  return body as Schemas["DefinitionBody"];
}
