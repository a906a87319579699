/** Whether what is on the page is current: one small store, read by whoever shows it. */

import { useSyncExternalStore } from "react";

export interface LiveState {
  live: boolean;
  /** When it was last known to be current. */
  asOf: Date;
}

let state: LiveState = { live: true, asOf: new Date() };
const listeners = new Set<() => void>();

/** Say that the page follows what happens, or does not any longer. */
export function setLive(live: boolean): void {
  if (live === state.live && !live) return;
  state = { live, asOf: live ? new Date() : state.asOf };
  for (const listener of listeners) listener();
}

/** Note that something was heard just now. */
export function heard(): void {
  state = { ...state, asOf: new Date() };
}

export function useLive(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}
