import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { answered, api } from "../../api/client";
import type { Schedule, ScheduleBody } from "../../api/planning";
import { inWords } from "../../api/problems";
import { sessionQuery } from "../../api/queries";
import { offerUndo } from "../../parts/undo";
import { withState } from "./shown-state";

/** What one may do to a schedule, and doing it; what can be taken back offers to be. */
export function useScheduleActions(schedule: Schedule) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const who = session.signed_in;
  const may = who?.role === "admin" || (who?.role === "author" && who.sub === schedule.owner);
  const path = { params: { path: { schedule_id: schedule.id } } };

  const lookAgain = () => void client.invalidateQueries({ queryKey: ["schedules"] });
  const failed = (error: unknown) =>
    notifications.show({ color: "warning", title: "That did not work", message: inWords(error) });

  /** At once: whoever pauses a schedule is hardly ever refused, and then it is as it was. */
  const showAs = async (state: Schedule["state"]) => {
    await client.cancelQueries({ queryKey: ["schedules"] });
    client.setQueriesData({ queryKey: ["schedules"] }, (data: unknown) =>
      withState(data, schedule.id, state),
    );
  };

  const pause = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/schedules/{schedule_id}/pause", path)),
    onMutate: () => showAs("paused"),
    onSettled: lookAgain,
    onSuccess: () => {
      offerUndo(`“${schedule.name}” is paused`, () => resume.mutate());
    },
    onError: failed,
  });
  const resume = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/schedules/{schedule_id}/resume", path)),
    onMutate: () => showAs("active"),
    onSettled: lookAgain,
    onError: failed,
  });
  const run = useMutation({
    mutationFn: () =>
      answered(
        api.POST("/api/v1/schedules/{schedule_id}/run", {
          params: { ...path.params, header: { "idempotency-key": crypto.randomUUID() } },
        }),
      ),
    onSuccess: (started) => {
      lookAgain();
      void client.invalidateQueries({ queryKey: ["runs"] });
      void navigate({ to: "/runs/$id", params: { id: started.id } });
    },
    onError: failed,
  });
  const handOver = useMutation({
    mutationFn: (to: string) =>
      answered(api.POST("/api/v1/schedules/{schedule_id}/transfer", { ...path, body: { to } })),
    onSuccess: (changed) => {
      lookAgain();
      notifications.show({ message: `“${schedule.name}” is ${changed.owner}'s now` });
    },
  });
  /** What was deleted can be saved once more; its history stays with the old one. */
  const saveAgain = useMutation({
    mutationFn: async () => {
      const saved = await answered(api.POST("/api/v1/schedules", { body: bodyOf(schedule) }));
      const one = { params: { path: { schedule_id: saved.id } } };
      if (schedule.state === "paused") {
        await answered(api.POST("/api/v1/schedules/{schedule_id}/pause", one));
      }
      if (saved.owner !== schedule.owner) {
        const body = { to: schedule.owner };
        await answered(api.POST("/api/v1/schedules/{schedule_id}/transfer", { ...one, body }));
      }
    },
    onSettled: lookAgain,
    onError: failed,
  });
  const remove = useMutation({
    mutationFn: () => answered<unknown>(api.DELETE("/api/v1/schedules/{schedule_id}", path)),
    onSuccess: () => {
      void navigate({ to: "/schedules" });
      client.removeQueries({ queryKey: ["schedules", "one", schedule.id] });
      lookAgain();
      offerUndo(`“${schedule.name}” is deleted`, () => saveAgain.mutate());
    },
    onError: failed,
  });

  return {
    pause,
    resume,
    run,
    handOver,
    remove,
    may,
    mayPause: may && schedule.state === "active",
    mayResume: may && ["paused", "held", "disabled"].includes(schedule.state),
  };
}

/** The schedule as a request says it. */
export function bodyOf(schedule: Schedule): ScheduleBody {
  return {
    name: schedule.name,
    definition: schedule.definition.id,
    cadence: schedule.cadence as unknown as ScheduleBody["cadence"],
    deliver_to: schedule.deliver_to as unknown as ScheduleBody["deliver_to"],
    burst: schedule.burst as unknown as ScheduleBody["burst"],
    condition: schedule.condition as unknown as ScheduleBody["condition"],
    readiness: schedule.readiness as unknown as ScheduleBody["readiness"],
    misfire: schedule.misfire,
    jitter_seconds: schedule.jitter_seconds,
  } as ScheduleBody;
}
