import { describe, expect, it } from "vitest";

import { stagesOf } from "./stages";

const line = (stage: string, duration_ms: number | null = null) => ({
  stage,
  service: "api",
  at: "2026-11-21T12:00:00Z",
  duration_ms,
  attempt: 1,
  detail: null,
});
const states = (run: Parameters<typeof stagesOf>[0]) => stagesOf(run).map((each) => each.state);

describe("a run's way", () => {
  it("goes from one stage to the next", () => {
    const error = null;
    const requested = [line("requested")];
    const read = [...requested, line("aggregated", 45)];
    expect(states({ status: "requested", timeline: requested, error })).toEqual([
      "done",
      "now",
      "ahead",
    ]);
    expect(states({ status: "rendering", timeline: read, error })).toEqual(["done", "done", "now"]);
    const made = [...read, line("completed", 900)];
    expect(stagesOf({ status: "completed", timeline: made, error })[2]).toMatchObject({
      state: "done",
      took: 900,
    });
  });
  it("breaks where it failed, and begins anew after a retry", () => {
    const failed = [line("requested"), line("failed")];
    expect(states({ status: "failed", timeline: failed, error: null })).toEqual([
      "done",
      "broken",
      "ahead",
    ]);
    const retried = [line("requested"), line("aggregated", 5), line("failed"), line("requested")];
    expect(states({ status: "requested", timeline: retried, error: null })).toEqual([
      "done",
      "now",
      "ahead",
    ]);
  });
});
