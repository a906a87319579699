import { describe, expect, it } from "vitest";

import { cellText, type Column, figure, heading, movement, plainWords, unitOf } from "./figures";

const column = (said: Partial<Column>): Column => ({
  name: "c",
  title: "C",
  kind: "text",
  ...said,
});

describe("figures", () => {
  it("keep every digit of an exact decimal", () => {
    expect(figure("12345678901234567890.12", 2, "en")).toBe("12,345,678,901,234,567,890.12");
  });
  it("are written as the reader's language writes them", () => {
    expect(figure("1234.5", 1, "de")).toBe("1.234,5");
  });
  it("round halves to the even digit, as the files do, and zero has no sign", () => {
    expect([figure("2.5", 0, "en"), figure("3.5", 0, "en")]).toEqual(["2", "4"]);
    expect(figure("-0.04", 1, "en")).toBe("0.0");
  });
});

describe("cells", () => {
  it("say codes in words and leave names as people gave them", () => {
    const coded = column({ coded: true });
    expect(cellText("close_up", coded, "UTC", "en")).toBe("close-up");
    expect(cellText("Brass_Menagerie", coded, "UTC", "en")).toBe("Brass_Menagerie");
    expect(plainWords("lip_sync")).toBe("lip sync");
  });
  it("have a dash where there is no figure", () => {
    expect(cellText(null, column({ kind: "decimal" }), "UTC", "en")).toBe("–");
  });
  it("show an instant by the report's clocks, not the reader's", () => {
    const instant = column({ kind: "instant" });
    expect(cellText("2026-10-31T23:30:00Z", instant, "Europe/Berlin", "en-GB")).toContain(
      "1 Nov 2026",
    );
  });
  it("do not repeat a unit that the title has", () => {
    expect(heading(column({ title: "GPU time", unit: "h" }))).toBe("GPU time (h)");
    expect(heading(column({ title: "Characters delivered", unit: "characters" }))).toBe(
      "Characters delivered",
    );
  });
});

const kpi = {
  name: "k",
  title: "K",
  value: "1",
  previous: "1",
  places: 0,
  direction: "up",
  change_percent: "12.5",
  change_points: null,
  verdict: "good",
} as const;

describe("units", () => {
  it("agree with their number, and symbols stay", () => {
    const reads = (value: string | null, unit: string) => unitOf({ ...kpi, value, unit });
    expect([reads("2", "projects"), reads("1", "projects")]).toEqual(["projects", "project"]);
    expect([reads("1", "ms"), reads("1", "h"), reads(null, "h")]).toEqual(["ms", "h", ""]);
    expect(unitOf({ ...kpi, value: "1.0", places: 1, unit: "days" })).toBe("days");
  });
});

describe("movements", () => {
  it("are in percent, and in points for what is in percent", () => {
    expect(movement(kpi, "en")).toBe("12.5% up");
    expect(movement({ ...kpi, change_points: "2.3", change_percent: null }, "en")).toBe(
      "2.3 points up",
    );
  });
  it("say where nothing moved and where nothing can be compared", () => {
    expect(movement({ ...kpi, direction: "flat" }, "en")).toBe("unchanged");
    expect(movement({ ...kpi, direction: "unknown" }, "en")).toBe("no comparison");
  });
});
