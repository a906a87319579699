import { expect, test } from "vitest";

import { spansOf } from "./spans";

const line = (stage: string, at: string, duration_ms: number | null = null, attempt = 1) => ({
  stage,
  service: "api",
  at: `2026-11-21T12:00:${at}Z`,
  duration_ms,
  attempt,
  detail: null,
});
const delivery = (attempts: number) => ({
  id: "d",
  channel: "email",
  to: "someone@example.com",
  status: "sent" as const,
  attempts,
  resends: 0,
  answer: null,
  receipt: null,
  created_at: "",
  finished_at: null,
  next_attempt_at: null,
});

test("each stage says when it began, how long it took and at which attempt", () => {
  const timeline = [
    line("requested", "00.000"),
    line("aggregated", "02.000", 500, 2),
    line("completed", "05.000", 1000),
    line("delivered", "05.600", 200),
    line("delivered", "07.000", 300),
  ];
  expect(spansOf({ timeline, deliveries: [delivery(1), delivery(3)] })).toEqual([
    { name: "Queued", from: 0, took: 1500, attempts: 1 },
    { name: "Query", from: 1500, took: 500, attempts: 2 },
    { name: "Render", from: 4000, took: 1000, attempts: 1 },
    { name: "Delivery", from: 5400, took: 1600, attempts: 3 },
  ]);
});

test("data that an equal run had read took no query", () => {
  const timeline = [line("requested", "00.000"), line("shared", "00.300")];
  expect(spansOf({ timeline, deliveries: [] })).toEqual([
    { name: "Queued", from: 0, took: 300, attempts: 1 },
  ]);
});

test("after a retry by somebody, the time counts from then", () => {
  const timeline = [
    line("requested", "00.000"),
    line("failed", "01.000"),
    line("requested", "30.000"),
    line("aggregated", "31.000", 800),
  ];
  expect(spansOf({ timeline, deliveries: [] }).map((span) => span.from)).toEqual([0, 200]);
});
