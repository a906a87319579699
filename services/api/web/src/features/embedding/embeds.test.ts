import { describe, expect, it } from "vitest";

import { originsIn, snippet } from "./embeds";

describe("the sites that somebody has written", () => {
  it("are one or several, with spaces or commas between them", () => {
    expect(originsIn(" https://a.example,https://b.example  https://c.example ")).toEqual([
      "https://a.example",
      "https://b.example",
      "https://c.example",
    ]);
    expect(originsIn("  ")).toEqual([]);
  });
});

describe("the snippet for another site", () => {
  it("has the whole address, of this site where the API knows no other", () => {
    const html = snippet({ url: "/embed/abc.def" }, "Pass rate", "https://reports.example.com/");
    expect(html).toContain('src="https://reports.example.com/embed/abc.def"');
    expect(snippet({ url: "https://other.example/embed/a" }, "x", "http://localhost")).toContain(
      'src="https://other.example/embed/a"',
    );
  });
  it("keeps a title that has marks of its own inside its attribute", () => {
    const html = snippet({ url: "/embed/a" }, '5" <b> & more', "https://reports.example.com");
    expect(html).toContain('title="5&quot; &lt;b> &amp; more"');
  });
});
