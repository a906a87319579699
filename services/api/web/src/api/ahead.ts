/** What a page is going to ask for, asked for while the page itself is still being loaded. */

import {
  documentQuery,
  queries,
  reportTypesQuery,
  runQuery,
  runsQuery,
  schedulesQuery,
  widgetsQuery,
} from "./queries";

/** The home page: the latest figures, so many of the latest runs, what needs somebody, what is next. */
export function askAheadForHome(runs: number): void {
  void queries.prefetchQuery(reportTypesQuery);
  void queries.prefetchInfiniteQuery(runsQuery({ status: "failed" }, 5));
  void queries.prefetchQuery(schedulesQuery("held"));
  void queries.prefetchQuery(schedulesQuery("disabled"));
  void queries.prefetchQuery(widgetsQuery);
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
