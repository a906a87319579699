/** Failures that the home page still shows, and how many of them. */

import type { Delivery } from "../../api/ledger";

const RECENT_MS = 7 * 24 * 3600 * 1000;

/** How many of a kind are shown; a burst may have hundreds. */
const SHOWN = 3;

/** One more than are shown, so that it is known whether there are others. */
export const ASKED_FOR = SHOWN + 1;

/** Whether that was within the last seven days. */
export function isRecent(at: string, now: number): boolean {
  return now - new Date(at).getTime() < RECENT_MS;
}

export interface Undelivered {
  status: "uncertain" | "failed" | "bounced";
  shown: readonly Delivery[];
  /** Whether there are others. */
  more: boolean;
}

/** Of the latest deliveries of that status, those to look at.
 *
 * An uncertain one stays until somebody says what became of it; the others for a week.
 */
export function undelivered(
  status: Undelivered["status"],
  latest: readonly Delivery[],
  now: number,
): Undelivered {
  const open = latest.filter(
    (delivery) =>
      status === "uncertain" || isRecent(delivery.finished_at ?? delivery.created_at, now),
  );
  return { status, shown: open.slice(0, SHOWN), more: open.length > SHOWN };
}
