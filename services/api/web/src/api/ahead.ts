/** What a page is going to ask for, asked for while the page itself is still being loaded. */

import {
  documentQuery,
  queries,
  reportTypesQuery,
  runQuery,
  runsQuery,
  schedulesQuery,
} from "./queries";

/** The home page: figures of the latest report of each of these types, the latest runs, what is next. */
export function askAheadForHome(types: readonly string[], runs: number): void {
  void queries.prefetchQuery(reportTypesQuery);
  void queries.prefetchInfiniteQuery(runsQuery({ status: "failed" }, 5));
  void queries.prefetchQuery(schedulesQuery("held"));
  void queries.prefetchQuery(schedulesQuery("disabled"));
  for (const type of types) {
    const latest = runsQuery({ type, status: "completed" }, 1);
    void queries.prefetchInfiniteQuery(latest).then(() => {
      const run = queries.getQueryData(latest.queryKey)?.pages[0]?.items[0];
      if (run) void queries.prefetchQuery(documentQuery(run.id));
    });
  }
  void queries.prefetchInfiniteQuery(runsQuery({}, runs));
  void queries.prefetchQuery(schedulesQuery("active"));
}

/** A run, and what it says once it says something. */
export function askAheadForRun(id: string): void {
  void queries.prefetchQuery(reportTypesQuery);
  void queries.prefetchQuery(runQuery(id)).then(() => {
    if (queries.getQueryData(runQuery(id).queryKey)?.snapshot) {
      void queries.prefetchQuery(documentQuery(id));
    }
  });
}
