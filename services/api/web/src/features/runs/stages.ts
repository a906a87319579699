/** A run's way, stage by stage, from its timeline: what is done, what goes on, what is to come. */

import type { Run } from "../../api/client";
import { isFinal } from "../../parts/statuses";

export interface Stage {
  name: string;
  state: "done" | "now" | "ahead" | "broken";
  /** How long it took. */
  took: number | undefined;
}

type Followed = Pick<Run, "status" | "timeline" | "error">;

/** Waiting, reading and making files; deliveries go on by themselves after that. */
export function stagesOf(run: Followed): Stage[] {
  const lines = latestAttempt(run.timeline);
  const read = lines.findLast((line) => line.stage === "aggregated" || line.stage === "shared");
  const made = lines.findLast((line) => line.stage === "completed");
  const order = ["requested", "aggregating", "aggregated", "rendering", "completed"];
  const place = order.indexOf(run.status);
  const stopped = isFinal(run.status) && run.status !== "completed";

  const stage = (name: string, done: boolean, now: boolean, took?: number | null): Stage => ({
    name,
    state: done ? "done" : stopped ? "broken" : now ? "now" : "ahead",
    took: took ?? undefined,
  });
  const stages = [
    stage("Accepted", true, false),
    stage("Read the data", read !== undefined, place <= 1, read?.duration_ms),
    stage("Make the files", made !== undefined, place >= 2, made?.duration_ms),
  ];
  // Of what broke, only the first is where it broke.
  const broken = stages.findIndex((each) => each.state === "broken");
  return stages.map((each, index) =>
    each.state === "broken" && index > broken ? { ...each, state: "ahead" } : each,
  );
}

/** What happened since somebody asked for it last: a retry starts from nothing. */
export function latestAttempt(timeline: Run["timeline"]): Run["timeline"] {
  const since = timeline.findLastIndex((line) => line.stage === "requested");
  return timeline.slice(Math.max(0, since));
}
