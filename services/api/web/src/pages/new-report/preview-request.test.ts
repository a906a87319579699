import { describe, expect, it } from "vitest";

import { previewRequest } from "./preview-request";

const field = (name: string, initial: unknown = null) =>
  ({ name, kind: "number", title: "", description: "", initial, least: 1, most: 10 }) as const;
const draft = { period: { preset: "last_month" }, parameters: {}, language: "de" } as const;

describe("a preview", () => {
  it("waits until both days are chosen", () => {
    const half = { ...draft, period: { from: "2026-10-01", to: null } };
    expect(previewRequest("delivery_summary", half, [])).toBeUndefined();
    expect(previewRequest("delivery_summary", draft, [])).toEqual({
      type: "delivery_summary",
      ...draft,
    });
  });
  it("of a list reads few of its rows, and never more than were asked for", () => {
    const of = (parameters: Record<string, unknown>) =>
      previewRequest("generation_jobs", { ...draft, parameters }, [field("limit")])?.parameters;
    expect(of({})).toEqual({ limit: 50 });
    expect(of({ limit: 7 })).toEqual({ limit: 7 });
    expect(of({ limit: 100_000 })).toEqual({ limit: 50 });
  });
});
