import { useEffect, useState } from "react";

import { WidgetFigures } from "../features/widgets/WidgetFigures";
import { clockTime, exact } from "../parts/moments";
import { after, nextIn, type Shown } from "./latest";

/** One widget by itself, which keeps itself current for as long as somebody may look at it. */
export function Embedded({ address }: { address: string }) {
  const shown = useLatest(address);
  const { widget, over, trouble, at } = shown;
  if (over !== undefined) return <p className="over">{over}</p>;
  if (widget === undefined) return <p role="status">{trouble ?? "Loading…"}</p>;
  return (
    <>
      <WidgetFigures widget={widget} heading="h1" />
      <p className="foot">
        {widget.as_of && (
          <time dateTime={widget.as_of}>Data as of {exact(new Date(widget.as_of))}</time>
        )}
        {trouble !== undefined && at !== undefined && (
          <span className="stale" role="status">
            {trouble} since {clockTime(new Date(at))}
          </span>
        )}
        {widget.report && (
          <a href={`/runs/${widget.report}`} target="_blank" rel="noopener noreferrer">
            Open in Broadsheet
          </a>
        )}
      </p>
    </>
  );
}

function useLatest(address: string): Shown {
  const [shown, setShown] = useState<Shown>({});
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let latest: Shown = {};
    let due = 0;
    const stopped = new AbortController();

    const ask = async () => {
      clearTimeout(timer);
      const answer = await answerOf(address, stopped.signal);
      if (stopped.signal.aborted) return;
      latest = after(latest, answer, Date.now());
      setShown(latest);
      const wait = nextIn(latest);
      due = wait === undefined ? Infinity : Date.now() + wait;
      // Nobody looks: it is asked for when somebody does again.
      if (wait !== undefined) timer = setTimeout(() => !document.hidden && void ask(), wait);
    };
    const onVisible = () => {
      if (!document.hidden && Date.now() >= due) void ask();
    };

    document.addEventListener("visibilitychange", onVisible);
    void ask();
    return () => {
      document.removeEventListener("visibilitychange", onVisible);
      clearTimeout(timer);
      stopped.abort();
    };
  }, [address]);
  return shown;
}

async function answerOf(
  address: string,
  signal: AbortSignal,
): Promise<{ status: number; content: unknown } | undefined> {
  try {
    const response = await fetch(address, { credentials: "omit", cache: "no-store", signal });
    return { status: response.status, content: await response.json() };
  } catch {
    return undefined;
  }
}
