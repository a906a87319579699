/** Widgets that pages of other sites show, as the page speaks of them. */

import { queryOptions } from "@tanstack/react-query";

import { answered, api, type Schemas } from "../../api/client";

export type Embed = Schemas["EmbedView"];
export type WidgetName = Schemas["WidgetName"];

/** All embeds there ever were of a widget, newest first. */
export function embedsQuery(widget: WidgetName) {
  return queryOptions({
    queryKey: ["embeds", widget],
    queryFn: () => answered(api.GET("/api/v1/embeds", { params: { query: { widget } } })),
  });
}

/** The sites that somebody has written, one or several. */
export function originsIn(text: string): string[] {
  return text.split(/[\s,]+/).filter((part) => part !== "");
}

export const LIFETIMES: readonly { value: string; label: string }[] = [
  { value: "7", label: "A week" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "366", label: "A year" },
];

const STATES: Record<Embed["state"], string> = {
  open: "Shown",
  expired: "Expired",
  revoked: "Revoked",
};

export function stateWord(embed: Pick<Embed, "state">): string {
  return STATES[embed.state];
}

/** The HTML for a page of another site; `home`: where this page is, where the API knows no other. */
export function snippet(embed: Pick<Embed, "url">, title: string, home: string): string {
  const address = new URL(embed.url, home).href;
  return (
    `<iframe src="${escaped(address)}" title="${escaped(title)}" width="320" height="250"` +
    ` loading="lazy" referrerpolicy="no-referrer" style="border: 0"></iframe>`
  );
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
