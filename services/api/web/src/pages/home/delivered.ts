/** What went out lately, report by report: a burst alone may be hundreds of deliveries. */

import type { Delivery } from "../../api/ledger";

/** How many of the latest deliveries are looked at. */
export const LOOKED_AT = 100;
const NAMED = 2;

export interface Delivered {
  run: string;
  type: string;
  /** To whom, in words. */
  to: string;
  /** When the latest of them was taken. */
  at: string;
}

/** Of the latest deliveries those of each run together, in their order. */
export function deliveredLately(latest: readonly Delivery[], most: number): Delivered[] {
  const runs = new Map<string, Delivery[]>();
  for (const delivery of latest) {
    runs.set(delivery.run, [...(runs.get(delivery.run) ?? []), delivery]);
  }
  return [...runs.values()].slice(0, most).flatMap((together) => {
    const [first] = together;
    if (first === undefined) return [];
    const at = together.map((each) => each.finished_at ?? each.created_at).sort();
    return [{ run: first.run, type: first.type, to: named(together), at: at.at(-1) ?? "" }];
  });
}

/** For instance "ada@example.com, bob@example.com and 3 others". */
function named(deliveries: readonly Delivery[]): string {
  const to = [...new Set(deliveries.map((each) => each.to))];
  const others = to.length - NAMED;
  const words = to.slice(0, NAMED).join(", ");
  if (others < 1) return words;
  return `${words} and ${others === 1 ? "1 other" : `${others} others`}`;
}
