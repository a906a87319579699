import { describe, expect, it } from "vitest";

import type { Column } from "../document/figures";
import {
  differenceOf,
  narrowedRequest,
  narrowingOfCell,
  narrowingOfMark,
  partWords,
} from "./narrowing";
import { trailOf, trailText } from "./trail";

const column = (name: string, said: Partial<Column> = {}): Column => ({
  name,
  title: name,
  kind: "text",
  ...said,
});
const RUN = {
  type: "delivery_summary",
  period: { from: "2026-10-01", to: "2026-10-31", timezone: "Europe/Berlin" },
  parameters: { scene_types: ["close_up"] } as Record<string, unknown>,
  language: "de",
};
const TYPES = [
  {
    name: "delivery_summary",
    formats: ["pdf", "json"],
    available: true,
    parameters_schema: { properties: { projects: {}, scene_types: {}, grain: {} } },
  },
  {
    name: "generation_jobs",
    formats: ["csv"],
    available: true,
    parameters_schema: { properties: { projects: {}, statuses: {} } },
  },
];

describe("a cell", () => {
  const columns = [
    column("bucket", { narrows: "period" }),
    column("first_day", { narrows: "period", kind: "date" }),
    column("last_day", { narrows: "period", kind: "date" }),
    column("project", { narrows: "projects" }),
    column("delivered", { kind: "integer" }),
  ];
  const row = ["2026-W41", "2026-10-05", "2026-10-11", "Saltmarsh Choir", 12];

  it("that names something opens it", () => {
    expect(narrowingOfCell(columns, row, 3)).toEqual({
      parameters: { projects: ["Saltmarsh Choir"] },
    });
  });
  it("of a week opens its days, once in a row", () => {
    expect(narrowingOfCell(columns, row, 0)).toEqual({
      first_day: "2026-10-05",
      last_day: "2026-10-11",
    });
    expect(narrowingOfCell(columns, row, 1)).toBeUndefined();
  });
  it("that is a figure or has no name opens nothing", () => {
    expect(narrowingOfCell(columns, row, 4)).toBeUndefined();
    expect(narrowingOfCell(columns, ["", null, null, null, 0], 3)).toBeUndefined();
  });
});

describe("a mark of a chart", () => {
  const marks = {
    bucket: { "2026-W41": { first_day: "2026-10-05", last_day: "2026-10-11" } },
    series: { "lip sync": { parameters: { scene_types: ["lip_sync"] } } },
  };
  it("opens all that its data say of it", () => {
    expect(narrowingOfMark(marks, { bucket: "2026-W41", series: "lip sync" })).toMatchObject({
      parameters: { scene_types: ["lip_sync"] },
      first_day: "2026-10-05",
    });
  });
  it("of everything else opens its days alone, and a legend nothing", () => {
    const others = narrowingOfMark(marks, { bucket: "2026-W41", series: "Other types" });
    expect(others).toEqual(marks.bucket["2026-W41"]);
    expect(narrowingOfMark(marks, { value: 3 })).toBeUndefined();
  });
});

describe("the request for a part", () => {
  it("keeps everything else of the report", () => {
    const narrowing = { parameters: { projects: ["Saltmarsh Choir"] } };
    expect(narrowedRequest(RUN, narrowing, TYPES)).toEqual({
      type: "delivery_summary",
      formats: ["json"],
      period: { from: "2026-10-01", to: "2026-10-31" },
      timezone: "Europe/Berlin",
      parameters: { scene_types: ["close_up"], projects: ["Saltmarsh Choir"] },
      language: "de",
    });
  });
  it("is none where the part is the whole", () => {
    const whole = { first_day: "2026-10-01", last_day: "2026-10-31" };
    expect(narrowedRequest(RUN, whole, TYPES)).toBeUndefined();
    expect(
      narrowedRequest(RUN, { parameters: { scene_types: ["close_up"] } }, TYPES),
    ).toBeUndefined();
  });
  it("of another report says only what that one knows", () => {
    const failed = { report_type: "generation_jobs", parameters: { statuses: ["failed"] } };
    expect(narrowedRequest(RUN, failed, TYPES)).toMatchObject({
      type: "generation_jobs",
      formats: ["csv"],
      parameters: { statuses: ["failed"] },
    });
    expect(narrowedRequest(RUN, { report_type: "nothing_known" }, TYPES)).toBeUndefined();
  });
});

describe("the way to a part", () => {
  it("is named by what each is narrower by", () => {
    const later = {
      ...RUN,
      period: { ...RUN.period, from: "2026-10-05", to: "2026-10-11" },
      parameters: { scene_types: ["close_up"], projects: ["Saltmarsh Choir"] },
    };
    expect(partWords(differenceOf(RUN, later), "en-GB")).toMatch(
      /^Saltmarsh Choir, 5.{1,3}11 Oct 2026$/,
    );
  });
  it("comes back from the address, but for what is no run", () => {
    const id = "0192f000-0000-7000-8000-000000000001";
    expect(trailOf(trailText([id, id]))).toEqual([id, id]);
    expect(trailOf(`${id},../../etc`)).toEqual([id]);
    expect(trailText([])).toBeUndefined();
  });
});
