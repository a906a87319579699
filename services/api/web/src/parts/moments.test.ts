import { describe, expect, it } from "vitest";

import { days, duration, exact, relative } from "./moments";

const NOW = new Date("2026-11-21T12:00:00Z");

describe("moments", () => {
  it("are told by their distance, before and after", () => {
    expect(relative(new Date("2026-11-21T11:59:55Z"), NOW, "en")).toBe("just now");
    expect(relative(new Date("2026-11-21T11:55:00Z"), NOW, "en")).toBe("5 minutes ago");
    expect(relative(new Date("2026-11-23T14:00:00Z"), NOW, "en")).toBe("in 2 days");
    expect(relative(new Date("2026-11-23T04:00:00Z"), NOW, "en")).toBe("in 2 days");
    expect(relative(new Date("2026-01-02T00:00:00Z"), NOW, "en-GB")).toBe("2 Jan 2026");
  });
  it("name their zone when they are told exactly", () => {
    expect(exact(new Date("2026-07-01T10:00:00Z"), "America/New_York", "en-US")).toContain("EDT");
  });
});

describe("days", () => {
  it("say once what the two have in common", () => {
    expect(days("2026-10-01", "2026-10-31", "en-US")).toBe("Oct 1\u2009–\u200931, 2026");
  });
});

describe("durations", () => {
  it("grow into larger units", () => {
    expect([duration(45), duration(1234), duration(200_000)]).toEqual([
      "45 ms",
      "1.2 s",
      "3 min 20 s",
    ]);
  });
});
