import { describe, expect, it } from "vitest";

import {
  canBeMadeAgain,
  nobodysPart,
  type Slice,
  slicePage,
  slicesFound,
  sliceWords,
} from "./slices";

const slice = (number: number, projects: string[], to: string[], status = "rendered"): Slice => ({
  id: `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`,
  number,
  values: projects.length > 0 ? { projects } : {},
  language: "en",
  status: status as Slice["status"],
  counted: status === "failed" ? null : 12,
  snapshot: null,
  error: null,
  artifacts: [],
  deliveries: to.map((address) => ({
    id: `${number}-${address}`,
    channel: "email",
    to: address,
    status: "sent",
    attempts: 1,
    resends: 0,
    answer: null,
    receipt: null,
    created_at: "2026-11-20T09:00:00Z",
    finished_at: null,
    next_attempt_at: null,
  })),
});

const PARTS = [
  slice(1, ["The Paper Admiral", "Ångström Street"], ["ada@example.com"]),
  slice(2, ["Nébuleuse Hôtel"], ["bob@example.com", "eve@example.com"], "failed"),
  slice(3, [], ["someone@example.com"]),
];

describe("a part of a burst", () => {
  it("is called by what it is of", () => {
    expect(PARTS.map(sliceWords)).toEqual([
      "The Paper Admiral, Ångström Street",
      "Nébuleuse Hôtel",
      "The whole report",
    ]);
  });
  it("is found by a name in it and by who gets it, in any case", () => {
    const numbers = (q: string) => slicesFound(PARTS, { q }).map((one) => one.number);
    expect(numbers("paper")).toEqual([1]);
    expect(numbers(" EVE@example ")).toEqual([2]);
    expect(numbers("example.com")).toEqual([1, 2, 3]);
    expect(numbers("nobody")).toEqual([]);
    expect(slicesFound(PARTS, { status: "failed", q: "ada" })).toEqual([]);
    expect(slicesFound(PARTS, { status: "failed" }).map((one) => one.number)).toEqual([2]);
  });
  it("is on the page that the address names, or on the last one", () => {
    const many = Array.from({ length: 120 }, (_, index) => slice(index + 1, ["A"], []));
    expect(slicePage(many, 2).shown.map((one) => one.number)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 51),
    );
    expect(slicePage(many, 3).shown).toHaveLength(20);
    expect(slicePage(many, 99)).toMatchObject({ page: 3, pages: 3 });
    expect(slicePage([], 4)).toEqual({ shown: [], page: 1, pages: 1 });
  });
});

describe("what failed of a burst", () => {
  const burst = {
    slices: { failed: 1, rendered: 2 },
    recipients: 4,
    sums: null,
    without_recipient: [
      { values: { project: "Saltmarsh Choir" }, counted: 1200 },
      { values: { project: null }, counted: 3 },
    ],
    without_recipient_more: 7,
    without_rows: [],
    refused_rows: [],
    refused_rows_more: 0,
  };
  const run = { status: "completed", burst, remade_by: null, deleted_at: null } as const;

  it("can be made again once, while its run is kept", () => {
    expect(canBeMadeAgain(run)).toBe(true);
    expect(canBeMadeAgain({ ...run, remade_by: "another" })).toBe(false);
    expect(canBeMadeAgain({ ...run, deleted_at: "2026-11-20T09:00:00Z" })).toBe(false);
    expect(canBeMadeAgain({ ...run, status: "failed" })).toBe(false);
    expect(canBeMadeAgain({ ...run, burst: { ...burst, slices: { rendered: 3 } } })).toBe(false);
    expect(canBeMadeAgain({ ...run, burst: null })).toBe(false);
  });
  it("says what nobody got, but not where the others have theirs already", () => {
    expect(nobodysPart(burst, false)).toEqual([
      `Saltmarsh Choir (${(1200).toLocaleString()})`,
      "No value (3)",
      "7 more",
    ]);
    expect(nobodysPart(burst, true)).toEqual([]);
  });
});
