/** Asking for the figures of an embedded widget, again and again. */

import type { Schemas } from "../api/client";

export type Widget = Schemas["WidgetView"];

export interface Shown {
  /** The last figures that were got. */
  widget?: Widget;
  /** When that was, in milliseconds since 1970. */
  at?: number;
  /** Why there will be no others: its time is over, or it was taken back. */
  over?: string;
  /** Why the last try brought none; it is tried again. */
  trouble?: string;
}

const EVERY_MS = 5 * 60_000;
const AFTER_TROUBLE_MS = 60_000;

/** When to ask next, in milliseconds from now; never again once it is over. */
export function nextIn(shown: Shown): number | undefined {
  if (shown.over !== undefined) return undefined;
  return shown.trouble === undefined ? EVERY_MS : AFTER_TROUBLE_MS;
}

/** What is shown after an answer, or after none came. */
export function after(
  shown: Shown,
  answer: { status: number; content: unknown } | undefined,
  now: number,
): Shown {
  if (answer?.status === 200) return { widget: answer.content as Widget, at: now };
  if (answer?.status === 410 || answer?.status === 404) {
    return { over: sentence((answer.content as { detail?: string } | undefined)?.detail) };
  }
  return { ...shown, trouble: "Broadsheet does not answer" };
}

function sentence(detail = "this figure is no longer shown here"): string {
  return `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
}
