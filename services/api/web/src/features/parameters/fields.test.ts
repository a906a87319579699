import { describe, expect, it } from "vitest";

import { changedParameters, fieldsOf } from "./fields";

const SCHEMA = {
  $defs: { Grain: { enum: ["auto", "day"], type: "string" }, Status: { enum: ["done", "failed"] } },
  properties: {
    grain: { $ref: "#/$defs/Grain", title: "Grain", default: "auto" },
    limit: { anyOf: [{ type: "integer", minimum: 1 }, { type: "null" }], default: null },
    projects: { type: "array", items: { type: "string" }, default: [], title: "Projects" },
    statuses: { type: "array", items: { $ref: "#/$defs/Status" }, default: [] },
    by_person: { type: "boolean", default: false },
  },
};

describe("the fields of a form", () => {
  const fields = fieldsOf(SCHEMA);
  it("are those of the schema, filters first", () => {
    expect(fields.map((field) => [field.name, field.kind])).toEqual([
      ["projects", "names"],
      ["statuses", "choices"],
      ["grain", "choice"],
      ["limit", "number"],
      ["by_person", "flag"],
    ]);
  });
  it("offer what a reference lists, and the least that a number may be", () => {
    expect(fields.find((field) => field.name === "grain")).toMatchObject({
      options: ["auto", "day"],
    });
    expect(fields.find((field) => field.name === "limit")).toMatchObject({ least: 1 });
  });
  it("are asked for only where they differ from what the report takes by itself", () => {
    const values = { grain: "auto", projects: [], limit: 5, by_person: true, statuses: ["done"] };
    expect(changedParameters(fields, values)).toEqual({
      limit: 5,
      by_person: true,
      statuses: ["done"],
    });
  });
});
