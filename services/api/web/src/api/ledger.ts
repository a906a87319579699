/** What is known of deliveries and of where they may go. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { answered, api, type Schemas } from "./client";

export type Delivery = Schemas["ListedDelivery"];
export type DeliveryDetails = Schemas["DeliveryDetails"];
export type DeliveryStatus = Delivery["status"];

export interface DeliveryFilter {
  recipient?: string | undefined;
  status?: DeliveryStatus | undefined;
  channel?: string | undefined;
  run?: string | undefined;
}

const PAGE_LENGTH = 100;

/** Pages of deliveries, newest first. */
export function deliveriesQuery(filter: DeliveryFilter, limit: number = PAGE_LENGTH) {
  return infiniteQueryOptions({
    queryKey: ["deliveries", "pages", filter, limit],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/api/v1/deliveries", {
          params: { query: { ...filter, limit, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** One delivery with every attempt at it. */
export function deliveryQuery(id: string) {
  return queryOptions({
    queryKey: ["deliveries", "one", id],
    queryFn: () =>
      answered(
        api.GET("/api/v1/deliveries/{delivery_id}", { params: { path: { delivery_id: id } } }),
      ),
  });
}

export const channelsQuery = queryOptions({
  queryKey: ["channels"],
  queryFn: () => answered(api.GET("/api/v1/channels")),
  staleTime: 60_000,
});

export const destinationsQuery = queryOptions({
  queryKey: ["destinations"],
  queryFn: () => answered(api.GET("/api/v1/destinations")),
});
