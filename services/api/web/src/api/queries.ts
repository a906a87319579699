/** What the page knows of the server, and for how long it believes it. */

import { infiniteQueryOptions, QueryClient, queryOptions } from "@tanstack/react-query";

import { answered, api, carryCsrf, type RunStatus, type Schemas } from "./client";
import { Refused } from "./problems";

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // A refusal stays one; a connection may come back.
      retry: (failures, error) => !(error instanceof Refused && error.status < 500) && failures < 3,
      retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 5_000),
    },
  },
});

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async () => {
    const session = await answered(api.GET("/session"));
    carryCsrf(session.signed_in?.csrf);
    return session;
  },
  staleTime: 60_000,
});

export const reportTypesQuery = queryOptions({
  queryKey: ["report-types"],
  queryFn: () => answered(api.GET("/api/v1/report-types")),
  staleTime: 60_000,
});

export interface RunFilter {
  status?: RunStatus | undefined;
  type?: string | undefined;
  q?: string | undefined;
  requested_by?: string | undefined;
  schedule?: string | undefined;
  definition?: string | undefined;
}

const PAGE_LENGTH = 100;

/** One page of runs, newest first; the first one without a cursor. */
export function runsPage(filter: RunFilter, limit: number, cursor = "") {
  return answered(
    api.GET("/api/v1/reports", {
      params: { query: { ...filter, limit, ...(cursor ? { cursor } : {}) } },
    }),
  );
}

/** Pages of runs; what happens to them is heard of. */
export function runsQuery(filter: RunFilter, limit: number = PAGE_LENGTH) {
  return infiniteQueryOptions({
    queryKey: ["runs", filter, limit],
    queryFn: ({ pageParam }) => runsPage(filter, limit, pageParam),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    refetchOnWindowFocus: false,
    // Else each page that comes would be compared with all that are there.
    structuralSharing: false,
  });
}

/** One run with everything that belongs to it. */
export function runQuery(id: string) {
  return queryOptions({
    queryKey: ["run", id],
    queryFn: () =>
      answered(api.GET("/api/v1/reports/{run_id}", { params: { path: { run_id: id } } })),
  });
}

/** What a run says; it never changes once it is there. */
export function documentQuery(id: string) {
  return queryOptions({
    queryKey: ["document", id],
    queryFn: () =>
      answered(api.GET("/api/v1/reports/{run_id}/document", { params: { path: { run_id: id } } })),
    staleTime: Infinity,
  });
}

/** Schedules in that state; those that fire, when none is named. */
export function schedulesQuery(state: Schemas["ScheduleState"], limit = 200) {
  return queryOptions({
    queryKey: ["schedules", state, limit],
    queryFn: () => answered(api.GET("/api/v1/schedules", { params: { query: { state, limit } } })),
  });
}

/** The home page's widgets with their latest figures. */
export const widgetsQuery = queryOptions({
  queryKey: ["widgets"],
  queryFn: () => answered(api.GET("/api/v1/widgets")),
});
