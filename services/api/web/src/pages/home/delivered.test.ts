import { expect, test } from "vitest";

import type { Delivery } from "../../api/ledger";
import { deliveredLately } from "./delivered";

const sent = (run: string, to: string, at: string): Delivery => ({
  id: `${run} ${to}`,
  run,
  type: "delivery_summary",
  channel: "email",
  to,
  status: "sent",
  attempts: 1,
  resends: 0,
  answer: null,
  receipt: null,
  created_at: "2026-11-20T08:59:00Z",
  finished_at: at,
  next_attempt_at: null,
});

test("a report that went to many is one line, with the latest time of theirs", () => {
  const latest = [
    sent("burst", "ada@example.com", "2026-11-20T09:00:01Z"),
    sent("other", "eve@example.com", "2026-11-20T09:00:04Z"),
    sent("burst", "bob@example.com", "2026-11-20T09:00:02Z"),
    sent("burst", "cyd@example.com", "2026-11-20T09:00:03Z"),
  ];
  expect(deliveredLately(latest, 5)).toEqual([
    {
      run: "burst",
      type: "delivery_summary",
      to: "ada@example.com, bob@example.com and 1 other",
      at: "2026-11-20T09:00:03Z",
    },
    {
      run: "other",
      type: "delivery_summary",
      to: "eve@example.com",
      at: "2026-11-20T09:00:04Z",
    },
  ]);
  expect(deliveredLately(latest, 1)).toHaveLength(1);
});
