import { expect, test } from "vitest";

import { tableViews, withTableView } from "./table-views";

test("what is done to one table leaves the others as they are", () => {
  const first = withTableView(undefined, "jobs", { find: "Saltmarsh, Choir" });
  const both = withTableView(first, "by_project", { by: "delivered", down: true });
  expect(tableViews(both)).toEqual({
    jobs: { find: "Saltmarsh, Choir" },
    by_project: { by: "delivered", down: true },
  });
  expect(tableViews(withTableView(both, "jobs", { by: "gpu" }))).toMatchObject({
    jobs: { by: "gpu", find: "Saltmarsh, Choir" },
  });
});

test("what columns are narrowed to comes back from the address", () => {
  const text = withTableView(undefined, "jobs", { only: { status: "failed" } });
  expect(tableViews(text)).toEqual({ jobs: { only: { status: "failed" } } });
  expect(withTableView(text, "jobs", { only: {} })).toBeUndefined();
});

test("the address is short again when a table is as it came", () => {
  const ordered = withTableView(undefined, "jobs", { by: "gpu", down: true });
  expect(withTableView(ordered, "jobs", { by: undefined, down: undefined })).toBeUndefined();
});

test.each(["{", "[]", "7", '{"jobs":7}', '{"jobs":{"by":5,"down":"x","only":{"status":7}}}'])(
  "%s, which somebody wrote by hand, orders nothing",
  (text) => {
    expect(tableViews(text).jobs ?? {}).toEqual({});
  },
);
