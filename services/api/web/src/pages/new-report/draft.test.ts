import { describe, expect, it } from "vitest";

import { NOBODY } from "../../features/recipients/recipients";
import { draftOf, searchOf } from "./draft";

const TYPE = { formats: ["pdf", "csv", "xlsx"], languages: ["en", "de"] };

describe("what is asked for", () => {
  it("is last month as PDF until something else is chosen", () => {
    expect(draftOf({}, TYPE)).toEqual({
      period: { preset: "last_month" },
      parameters: {},
      formats: ["pdf"],
      language: "en",
      recipients: NOBODY,
    });
  });
  it("comes back from its address, but for the people it goes to", () => {
    const draft = {
      period: { from: "2026-10-01", to: "2026-10-15" },
      parameters: { projects: ["Saltmarsh Choir"] },
      formats: ["csv", "xlsx"],
      language: "de",
      recipients: { ...NOBODY, addresses: ["someone@example.com"] },
    };
    const fields = [
      { name: "projects", kind: "names", title: "", description: "", initial: [] } as const,
    ];
    const search = searchOf(draft, fields);
    expect(JSON.stringify(search)).not.toContain("someone");
    expect(draftOf(search, TYPE)).toEqual({ ...draft, recipients: NOBODY });
  });
  it("is not led astray by an address that somebody wrote by hand", () => {
    const draft = draftOf(
      { preset: "whenever", formats: "exe,pdf", language: "tlh", from: "x", with: "{" },
      TYPE,
    );
    expect(draft).toEqual(draftOf({}, TYPE));
  });
});
