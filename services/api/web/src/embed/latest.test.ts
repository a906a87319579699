import { describe, expect, it } from "vitest";

import { after, nextIn, type Shown, type Widget } from "./latest";

const widget = { widget: "quality_metrics", title: "Quality Metrics" } as Widget;
const shown: Shown = { widget, at: 1_000 };
const MINUTE = 60_000;

describe("an embedded figure", () => {
  it("is asked for every five minutes", () => {
    const now = after({}, { status: 200, content: widget }, 2_000);
    expect(now).toEqual({ widget, at: 2_000 });
    expect(nextIn(now)).toBe(5 * MINUTE);
  });
  it("stays, and is tried again after a minute, when no answer comes", () => {
    for (const answer of [undefined, { status: 503, content: {} }, { status: 429, content: {} }]) {
      const now = after(shown, answer, 2_000);
      expect(now).toMatchObject(shown);
      expect(now.trouble).toBeDefined();
      expect(nextIn(now)).toBe(MINUTE);
    }
  });
  it("is gone for good once it was taken back", () => {
    const now = after(shown, { status: 410, content: { detail: "this was taken back" } }, 2_000);
    expect(now).toEqual({ over: "This was taken back." });
    expect(nextIn(now)).toBeUndefined();
  });
});
