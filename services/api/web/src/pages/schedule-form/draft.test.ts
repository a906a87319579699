import { expect, test } from "vitest";

import type { Schedule } from "../../api/planning";
import { changesOf, differences, draftOf, stepOf } from "./draft";

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

test("a refusal opens the step that has its field", () => {
  expect(stepOf("/cadence/days")).toBe("when");
  expect(stepOf("/deliver_to/0/to")).toBe("whom");
  expect(stepOf("/condition/kpi")).toBe("condition");
  expect(stepOf("/definition")).toBe("what");
});
