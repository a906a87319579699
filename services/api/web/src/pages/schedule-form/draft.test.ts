import { expect, test } from "vitest";

import type { Schedule } from "../../api/planning";
import { changesOf, differences, draftLike, draftOf, stepOf } from "./draft";

const schedule: Schedule = {
  id: "01a1ffcc-1dcc-7a31-b8d4-f398f6161f22",
  name: "Mondays at nine",
  definition: { id: "d1", name: "Deliveries of the week", version: 2 },
  tags: [],
  cadence: { kind: "weekly", days: ["monday"], time: "09:00", timezone: "Europe/Berlin" },
  deliver_to: [{ channel: "email", to: "someone@example.com" }],
  burst: null,
  condition: { kind: "always" },
  readiness: null,
  misfire: { policy: "run_once", grace_seconds: 300, most: 10 },
  jitter_seconds: 0,
  state: "active",
  state_reason: null,
  state_since: "2026-11-20T09:00:00Z",
  next_run_at: null,
  failures: 0,
  owner: "alice",
  version: 3,
  created_at: "2026-11-20T09:00:00Z",
  updated_at: "2026-11-20T09:00:00Z",
};

test("a form that nobody touched changes nothing", () => {
  expect(changesOf(draftOf(schedule), schedule)).toEqual({});
});

test("only what was changed is sent, so that nothing else can be overwritten", () => {
  const draft = draftOf(schedule);
  draft.recipients.addresses.push("board@example.com");
  expect(changesOf(draft, schedule)).toEqual({
    deliver_to: [
      { channel: "email", to: "someone@example.com" },
      { channel: "email", to: "board@example.com" },
    ],
  });
});

test("a wait that is taken away is sent as none", () => {
  const waiting = {
    ...schedule,
    readiness: { signal: "warehouse-loaded", not_later_than: "11:00", fallback: "hold" },
  };
  expect(changesOf({ ...draftOf(waiting), readiness: null }, waiting)).toEqual({ readiness: null });
});

test("a conflict tells what the other one changed, beside what I have", () => {
  const theirs = {
    ...schedule,
    version: 4,
    cadence: { kind: "weekly", days: ["tuesday"], time: "08:00", timezone: "Europe/Berlin" },
  };
  const mine = { ...draftOf(schedule), name: "Mondays" };
  expect(differences(mine, schedule, theirs)).toEqual([
    {
      field: "When",
      theirs: "Every Tuesday at 08:00 (Europe/Berlin)",
      mine: "Every Monday at 09:00 (Europe/Berlin)",
    },
  ]);
});

test("a report that somebody read goes on as it was, over a period that moves along", () => {
  const run = {
    type: "quality_metrics",
    definition: null,
    period: { from: "2026-11-09", to: "2026-11-15", timezone: "Europe/Berlin" },
    formats: ["pdf", "xlsx"],
    language: "de",
    parameters: { projects: ["Saltmarsh Choir"] },
    burst: null,
    deliveries: [],
  };
  const draft = draftLike(run, "Europe/Berlin", "Quality");
  expect(draft.definition).toBeNull();
  expect(draft.fresh).toEqual({
    type: "quality_metrics",
    name: "Quality",
    preset: "last_week",
    formats: ["pdf", "xlsx"],
    language: "de",
    parameters: { projects: ["Saltmarsh Choir"] },
  });
  expect(draftLike({ ...run, definition: "d1" }, "UTC", "Quality").definition).toBe("d1");
});

test("who gets a part is changed with the schedule, and told in a conflict", () => {
  const burst = { rows: [{ to: "ada@example.com", values: { projects: ["A"] } }] };
  expect(changesOf({ ...draftOf(schedule), burst }, schedule)).toEqual({ burst });
  const bursting = { ...schedule, burst };
  expect(changesOf({ ...draftOf(bursting), burst: null }, bursting)).toEqual({ burst: null });
  expect(differences(draftOf(schedule), schedule, bursting)).toEqual([
    {
      field: "For whom",
      theirs: "someone@example.com; 1 recipient, a part of it",
      mine: "someone@example.com",
    },
  ]);
});

test("a refusal opens the step that has its field", () => {
  expect(stepOf("/cadence/days")).toBe("when");
  expect(stepOf("/deliver_to/0/to")).toBe("whom");
  expect(stepOf("/condition/kpi")).toBe("condition");
  expect(stepOf("/definition")).toBe("what");
});
