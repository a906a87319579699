/** What administrators see and set. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { answered, api, type Schemas } from "./client";

export type Member = Schemas["MemberView"];
export type Destination = Schemas["DestinationView"];
export type Channel = Schemas["ChannelView"];
export type DeadLetter = Schemas["DeadLetterSummary"];
export type Settings = Schemas["SettingsView"];

export const membersQuery = queryOptions({
  queryKey: ["members"],
  queryFn: () => answered(api.GET("/api/v1/members")),
});

export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: () => answered(api.GET("/api/v1/settings")),
});

export const houseStyleQuery = queryOptions({
  queryKey: ["house-style"],
  queryFn: () => answered(api.GET("/api/v1/settings/house-style")),
});

export const daysOffQuery = queryOptions({
  queryKey: ["days-off"],
  queryFn: () => answered(api.GET("/api/v1/settings/days-off")),
});

export const policyQuery = queryOptions({
  queryKey: ["recipient-policy"],
  queryFn: () => answered(api.GET("/api/v1/settings/recipients")),
});

export const addressesQuery = queryOptions({
  queryKey: ["confirmed-addresses"],
  queryFn: () => answered(api.GET("/api/v1/confirmed-addresses")),
});

/** Pages of addresses that get no mail, latest first. */
export const suppressionsQuery = infiniteQueryOptions({
  queryKey: ["suppressions"],
  queryFn: ({ pageParam }) =>
    answered(
      api.GET("/api/v1/suppressions", {
        params: { query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
      }),
    ),
  initialPageParam: "",
  getNextPageParam: (page) => page.next_cursor,
});

/** Pages of messages in that state, newest first. */
export function deadLettersQuery(status: DeadLetter["status"]) {
  return infiniteQueryOptions({
    queryKey: ["dead-letters", status],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/api/v1/dead-letters", {
          params: { query: { status, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function deadLetterQuery(id: string) {
  return queryOptions({
    queryKey: ["dead-letters", "one", id],
    queryFn: () =>
      answered(
        api.GET("/api/v1/dead-letters/{message_id}", { params: { path: { message_id: id } } }),
      ),
  });
}

/** How the services are; they say so themselves every few seconds. */
export const servicesQuery = queryOptions({
  queryKey: ["services"],
  queryFn: () => answered(api.GET("/api/v1/services")),
  refetchInterval: 5_000,
  staleTime: 0,
});

const AUDIT_PAGE = 100;

/** Pages of the audit log, newest first. */
export const auditQuery = infiniteQueryOptions({
  queryKey: ["audit"],
  queryFn: ({ pageParam }) =>
    answered(
      api.GET("/api/v1/audit", {
        params: { query: { limit: AUDIT_PAGE, ...(pageParam > 0 ? { before: pageParam } : {}) } },
      }),
    ),
  initialPageParam: 0,
  getNextPageParam: (page) => (page.length < AUDIT_PAGE ? null : (page.at(-1)?.id ?? null)),
});
