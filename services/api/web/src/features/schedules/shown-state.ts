/** A schedule's state in what was read of schedules, so that a change shows before it is answered. */

import type { Schedule } from "../../api/planning";

/** The same data, whichever shape a query has them in, with that schedule in that state. */
export function withState(data: unknown, id: string, state: Schedule["state"]): unknown {
  if (Array.isArray(data)) return data.map((each: unknown) => withState(each, id, state));
  if (typeof data !== "object" || data === null) return data;
  if ("id" in data && data.id === id) return { ...data, state };
  const held = ["pages", "items"].filter((name) => name in data);
  const changed = held.map((name) => [
    name,
    withState((data as Record<string, unknown>)[name], id, state),
  ]);
  return held.length > 0 ? { ...data, ...(Object.fromEntries(changed) as object) } : data;
}
