import { expect, test } from "vitest";

import type { RunSummary, Schemas } from "./client";
import { renewedList } from "./long-lists";

const run = (id: string, status = "completed") => ({ id, status }) as RunSummary;
const page = (runs: RunSummary[], next: string | null): Schemas["RunPage"] => ({
  items: runs,
  next_cursor: next,
});
const list = {
  pages: [page([run("5"), run("4")], "4"), page([run("3", "rendering"), run("2")], "2")],
  pageParams: ["", "4"],
};
const words = (renewed: typeof list | undefined) =>
  renewed?.pages.map((each) => each.items.map((one) => `${one.id} ${one.status}`));

test("a new run is on top, and one that changed is changed where it stands", () => {
  const newest = page([run("6", "requested"), run("5")], "5");
  expect(words(renewedList(list, newest, [run("3"), run("6", "requested")]))).toEqual([
    ["6 requested", "5 completed", "4 completed"],
    ["3 completed", "2 completed"],
  ]);
});

test("pages on which nothing changed are the same ones", () => {
  const renewed = renewedList(list, page([run("5"), run("4")], "4"), []);
  expect(renewed?.pages[1]).toBe(list.pages[1]);
});

test("where more is new than a page holds, the list has to be read again", () => {
  expect(renewedList(list, page([run("8"), run("7")], "7"), [])).toBeUndefined();
});
