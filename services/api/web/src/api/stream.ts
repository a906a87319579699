/** A stream of server-sent events that comes back by itself, and says while it is away. */

import { refusal, type Refused } from "./problems";

export interface StreamHandlers {
  /** By the event's name; the data as parsed JSON. */
  on: Record<string, (data: unknown) => void>;
  onLive: (live: boolean) => void;
  onRefused: (refused: Refused) => void;
}

const FIRST_DELAY = 500;
const LONGEST_DELAY = 10_000;

/** Milliseconds before the n-th attempt in a row, counted from 0. */
export function delayBefore(attempt: number): number {
  return Math.min(FIRST_DELAY * 2 ** attempt, LONGEST_DELAY);
}

/** Follow the stream at that path until the returned function is called.
 *
 * While the page is hidden nothing is followed: browsers share few connections among all tabs.
 */
export function follow(path: string, handlers: StreamHandlers): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;

  const close = () => {
    source?.close();
    source = undefined;
    clearTimeout(timer);
  };

  const open = () => {
    close();
    source = new EventSource(path);
    source.onopen = () => {
      attempt = 0;
      handlers.onLive(true);
    };
    source.onerror = () => {
      // Its own way of coming back gives up at the first answer that is no stream.
      close();
      handlers.onLive(false);
      timer = setTimeout(open, delayBefore(attempt));
      attempt += 1;
    };
    source.addEventListener("refused", (event) => {
      close();
      handlers.onLive(false);
      const body = parsed(event) as { status?: number } | undefined;
      handlers.onRefused(refusal(body?.status ?? 401, body));
    });
    for (const [name, handle] of Object.entries(handlers.on)) {
      source.addEventListener(name, (event) => handle(parsed(event)));
    }
  };

  const onVisibility = () => {
    if (document.visibilityState === "visible") {
      if (source === undefined) open();
    } else {
      close();
    }
  };

  document.addEventListener("visibilitychange", onVisibility);
  open();
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    close();
  };
}

function parsed(event: MessageEvent | Event): unknown {
  return "data" in event && typeof event.data === "string" ? JSON.parse(event.data) : undefined;
}
