import { describe, expect, it } from "vitest";

import { unknownNames } from "./known-names";

describe("names that the source has not", () => {
  const known = { names: ["Saltmarsh Choir", "The Paper Admiral"], there_are: 2 };
  it("are told, for a report of them would be empty", () => {
    expect(unknownNames(["Saltmarsh Choir", "Saltmarsh Chior"], known)).toEqual([
      "Saltmarsh Chior",
    ]);
  });
  it("are not claimed where the list is not whole, or not there", () => {
    expect(unknownNames(["Another"], { ...known, there_are: 3 })).toEqual([]);
    expect(unknownNames(["Another"], undefined)).toEqual([]);
  });
});
