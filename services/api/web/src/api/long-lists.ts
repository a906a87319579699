/** Keeping a list of runs current of which many pages are on the screen.
 *
 * Reading all of them again whenever a run changes takes as many requests as there are pages.
 */

import type { InfiniteData, QueryClient } from "@tanstack/react-query";

import type { RunSummary, Schemas } from "./client";
import { runsPage, type RunFilter } from "./queries";

type Page = Schemas["RunPage"];
type List = InfiniteData<Page, string>;

/** So many are read again without a thought. */
const FEW_PAGES = 3;

/** Have every list of runs look again, where `changed` are the runs that something happened to. */
export function renewRunLists(client: QueryClient, changed: readonly RunSummary[]): void {
  for (const query of client.getQueryCache().findAll({ queryKey: ["runs"] })) {
    const { queryKey } = query;
    const [, filter, limit] = queryKey as ["runs", RunFilter, number];
    const list = query.state.data as List | undefined;
    if (list === undefined || list.pages.length <= FEW_PAGES) {
      void client.invalidateQueries({ queryKey, exact: true });
    } else if (!query.isActive()) {
      // Whoever comes back to it begins at its top.
      client.removeQueries({ queryKey, exact: true });
    } else {
      void runsPage(filter, limit).then((newest) => {
        const now = client.getQueryData<List>(queryKey);
        const renewed = now && renewedList(now, newest, changed);
        if (renewed) client.setQueryData<List>(queryKey, renewed);
        else void client.invalidateQueries({ queryKey, exact: true });
      });
    }
  }
}

/** The list with what changed in its place, and on top what is new by its first page read afresh.
 *
 * Nothing when so much is new that the two do not meet.
 */
export function renewedList(
  list: List,
  newest: Page,
  changed: readonly RunSummary[],
): List | undefined {
  const known = new Set(list.pages[0]?.items.map((run) => run.id));
  const firstKnown = newest.items.findIndex((run) => known.has(run.id));
  if (firstKnown < 0) return undefined;
  const later = new Map([...changed, ...newest.items].map((run) => [run.id, run]));
  const pages = list.pages.map((page) =>
    page.items.some((run) => later.has(run.id))
      ? { ...page, items: page.items.map((run) => later.get(run.id) ?? run) }
      : page,
  );
  const [first, ...others] = pages;
  if (first === undefined) return undefined;
  const top = { ...first, items: [...newest.items.slice(0, firstKnown), ...first.items] };
  return { ...list, pages: [top, ...others] };
}
