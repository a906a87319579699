import { describe, expect, it } from "vitest";

import { addressOf, fetchedWords } from "./links";

describe("a link to a file", () => {
  it("is a whole address, whether or not the API knows its own", () => {
    const here = "http://127.0.0.1:8080";
    expect(addressOf({ url: "/s/abc" }, here)).toBe("http://127.0.0.1:8080/s/abc");
    const known = "https://reports.example.com/s/abc";
    expect(addressOf({ url: known }, here)).toBe(known);
  });
  it("says how often it was used, of how often it may be", () => {
    expect(fetchedWords({ downloads: 2, max_downloads: 5 })).toBe("fetched 2 of 5 times");
    expect(fetchedWords({ downloads: 0, max_downloads: null })).toBe("not fetched yet");
    expect(fetchedWords({ downloads: 1, max_downloads: null })).toBe("fetched once");
  });
});
