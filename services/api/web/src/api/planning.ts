/** What is known of saved reports and their schedules. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { answered, api, type Schemas } from "./client";

export type Schedule = Schemas["ScheduleView"];
export type ScheduleBody = Schemas["ScheduleBody"];
export type Cadence = ScheduleBody["cadence"];
export type Definition = Schemas["DefinitionView"];
export type Preview = Schemas["PreviewView"];
export type Execution = Schemas["ExecutionView"];

export interface ScheduleFilter {
  state?: Schemas["ScheduleState"] | undefined;
  owner?: string | undefined;
  q?: string | undefined;
}

/** Pages of schedules, newest first. */
/** Each has a menu of its own: more at once take a slow machine seconds to draw. */
const SCHEDULES_AT_ONCE = 30;

export function schedulePagesQuery(filter: ScheduleFilter) {
  return infiniteQueryOptions({
    queryKey: ["schedules", "pages", filter],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/api/v1/schedules", {
          params: {
            query: {
              ...filter,
              limit: SCHEDULES_AT_ONCE,
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function scheduleQuery(id: string) {
  return queryOptions({
    queryKey: ["schedules", "one", id],
    queryFn: () =>
      answered(
        api.GET("/api/v1/schedules/{schedule_id}", { params: { path: { schedule_id: id } } }),
      ),
    // The scheduler plans a new one within a second or two.
    refetchInterval: (query) => {
      const schedule = query.state.data;
      return schedule?.state === "active" && schedule.next_run_at === null ? 2_000 : false;
    },
  });
}

/** The next fires of a saved schedule, with the days left out. */
export function firesQuery(id: string, count: number) {
  return queryOptions({
    queryKey: ["schedules", "fires", id, count],
    queryFn: () =>
      answered(
        api.GET("/api/v1/schedules/{schedule_id}/preview", {
          params: { path: { schedule_id: id }, query: { n: count } },
        }),
      ),
  });
}

/** The next fires of a cadence that is not saved. */
export function previewQuery(cadence: Cadence) {
  return queryOptions({
    queryKey: ["preview", cadence],
    queryFn: ({ signal }) =>
      answered(api.POST("/api/v1/schedules/preview", { body: { cadence }, signal })),
    staleTime: 60_000,
  });
}

/** What became of a schedule's fires, latest first. */
export function executionsQuery(id: string, limit: number) {
  return infiniteQueryOptions({
    queryKey: ["schedules", "executions", id, limit],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/api/v1/schedules/{schedule_id}/executions", {
          params: {
            path: { schedule_id: id },
            query: { limit, ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** Why somebody did or did not get a report on that day (YYYY-MM-DD). */
export function whyQuery(recipient: string, date: string) {
  return queryOptions({
    queryKey: ["schedules", "why", recipient, date],
    queryFn: () => answered(api.GET("/api/v1/why", { params: { query: { recipient, date } } })),
  });
}

/** Schedules that make that saved report. */
export function schedulesOfQuery(definition: string) {
  return queryOptions({
    queryKey: ["schedules", "of", definition],
    queryFn: () =>
      answered(api.GET("/api/v1/schedules", { params: { query: { definition, limit: 200 } } })),
  });
}

export interface DefinitionFilter {
  q?: string | undefined;
  type?: string | undefined;
  owner?: string | undefined;
}

/** Pages of saved reports, newest first. */
export function definitionPagesQuery(filter: DefinitionFilter) {
  return infiniteQueryOptions({
    queryKey: ["definitions", "pages", filter],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/api/v1/definitions", {
          params: {
            query: {
              ...filter,
              limit: SCHEDULES_AT_ONCE,
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** Saved reports, newest first. */
export const definitionsQuery = queryOptions({
  queryKey: ["definitions"],
  queryFn: () => answered(api.GET("/api/v1/definitions", { params: { query: { limit: 200 } } })),
});

export function definitionQuery(id: string) {
  return queryOptions({
    queryKey: ["definitions", id],
    queryFn: () =>
      answered(
        api.GET("/api/v1/definitions/{definition_id}", { params: { path: { definition_id: id } } }),
      ),
  });
}

/** The `ETag` of that version, as `If-Match` wants it. */
export function versionTag(version: number): string {
  return `"${version}"`;
}
