/** Links to a report's files, as the page speaks of them. */

import { queryOptions } from "@tanstack/react-query";

import { answered, api, type Schemas } from "../../api/client";

export type Link = Schemas["LinkView"];

/** All links to the files of a run, newest first. */
export function linksQuery(runId: string) {
  return queryOptions({
    queryKey: ["links", runId],
    queryFn: () =>
      answered(api.GET("/api/v1/reports/{run_id}/links", { params: { path: { run_id: runId } } })),
  });
}

const DAY = 24;

export const LIFETIMES: readonly { value: string; label: string }[] = [
  { value: String(DAY), label: "A day" },
  { value: String(7 * DAY), label: "A week" },
  { value: String(30 * DAY), label: "30 days" },
  { value: String(90 * DAY), label: "90 days" },
];

/** The address as it is given to others; of this site where the API knows no other. */
export function addressOf(link: Pick<Link, "url">, origin: string): string {
  return new URL(link.url, origin).href;
}

const STATES: Record<Link["state"], string> = {
  open: "Open",
  expired: "Expired",
  revoked: "Revoked",
  used_up: "Used up",
  gone: "Its file is no longer kept",
};

export function stateWord(link: Pick<Link, "state">): string {
  return STATES[link.state];
}

/** How often it was used, of how often it may be: "fetched 2 of 5 times". */
export function fetchedWords(link: Pick<Link, "downloads" | "max_downloads">): string {
  if (link.max_downloads !== null) {
    return `fetched ${link.downloads} of ${link.max_downloads} times`;
  }
  if (link.downloads === 0) return "not fetched yet";
  return link.downloads === 1 ? "fetched once" : `fetched ${link.downloads} times`;
}
