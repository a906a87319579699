import { describe, expect, it } from "vitest";

import { linePoints } from "./trend-line";

describe("a trend's line", () => {
  it("has its lowest value at the bottom and its highest at the top", () => {
    expect(linePoints([1, 3, 2], 100, 10)).toBe("0.0,10.0 50.0,0.0 100.0,5.0");
  });
  it("is flat where nothing changes", () => {
    expect(linePoints([4, 4], 100, 10)).toBe("0.0,10.0 100.0,10.0");
  });
});
