import { Tooltip } from "@mantine/core";
import { useSyncExternalStore } from "react";

import { exact, relative } from "./moments";

let now = new Date();
const listeners = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;

function everyFewSeconds(listener: () => void): () => void {
  listeners.add(listener);
  ticking ??= setInterval(() => {
    now = new Date();
    for (const each of listeners) each();
  }, 5_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(ticking);
      ticking = undefined;
    }
  };
}

/** An instant: how long ago, and exactly when on hover, focus or touch. */
export function Moment({ at, timeZone }: { at: string; timeZone?: string }) {
  const current = useSyncExternalStore(everyFewSeconds, () => now);
  const instant = new Date(at);
  // What happened after the last tick happened just now.
  const reference = instant > current ? new Date() : current;
  return (
    <Tooltip label={exact(instant, timeZone)}>
      <time dateTime={at}>{relative(instant, reference)}</time>
    </Tooltip>
  );
}
