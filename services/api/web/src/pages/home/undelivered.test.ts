import { describe, expect, it } from "vitest";

import type { Delivery } from "../../api/ledger";
import { undelivered } from "./undelivered";

const NOW = Date.parse("2026-11-20T12:00:00Z");

const delivery = (to: string, created: string, finished: string | null = null): Delivery => ({
  id: to,
  run: "run",
  type: "delivery_summary",
  channel: "email",
  to,
  status: "failed",
  attempts: 1,
  resends: 0,
  answer: "550 no such mailbox",
  receipt: null,
  created_at: created,
  finished_at: finished,
  next_attempt_at: null,
});

const OLD = delivery("old@example.com", "2026-11-01T09:00:00Z");
const LATELY = delivery("lately@example.com", "2026-11-01T09:00:00Z", "2026-11-19T09:00:00Z");
const NEW = delivery("new@example.com", "2026-11-20T09:00:00Z");

describe("what was not delivered", () => {
  it("is shown for a week after it failed", () => {
    expect(undelivered("failed", [NEW, LATELY, OLD], NOW)).toEqual({
      status: "failed",
      shown: [NEW, LATELY],
      more: false,
    });
  });
  it("is shown until somebody resolves it where nobody can tell", () => {
    expect(undelivered("uncertain", [OLD], NOW).shown).toEqual([OLD]);
  });
  it("does not push everything else off the page", () => {
    const many = undelivered("failed", [NEW, NEW, NEW, NEW], NOW);
    expect(many.shown).toHaveLength(3);
    expect(many.more).toBe(true);
    expect(undelivered("failed", [NEW, NEW, NEW, OLD], NOW).more).toBe(false);
  });
});
