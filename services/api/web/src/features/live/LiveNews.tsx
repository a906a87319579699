import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";

import type { RunSummary } from "../../api/client";
import { renewRunLists } from "../../api/long-lists";
import { follow } from "../../api/stream";
import { heard, setLive } from "./live-state";

const GATHER_MS = 300;
const FIRST_CATCH_UP_MS = 1_500;

/** Follows what happens to runs for as long as it is there, and has what shows them look again.
 *
 * One stream for the whole page: a list, a run and the home page all live on it.
 */
export function LiveNews({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const navigate = useNavigate();

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let catchUp: ReturnType<typeof setTimeout> | undefined;
    let first = true;
    const changed = new Map<string, RunSummary>();

    const lookAgain = () => {
      timer = undefined;
      for (const id of changed.keys()) void client.invalidateQueries({ queryKey: ["run", id] });
      renewRunLists(client, [...changed.values()]);
      changed.clear();
      for (const key of ["widgets", "deliveries", "schedules", "inbox"]) {
        void client.invalidateQueries({ queryKey: [key] });
      }
    };

    const stop = follow("/api/v1/news", {
      on: {
        ready: () => {
          // What happened while nobody listened; the first time that is as long as loading took,
          // and what is just being drawn is not asked for twice meanwhile.
          catchUp = setTimeout(
            () => {
              for (const key of ["run", "runs", "widgets", "deliveries", "schedules", "inbox"]) {
                void client.invalidateQueries({ queryKey: [key] });
              }
            },
            first ? FIRST_CATCH_UP_MS : 0,
          );
          first = false;
        },
        changed: (data) => {
          heard();
          for (const run of (data as { runs: RunSummary[] }).runs) changed.set(run.id, run);
          timer ??= setTimeout(lookAgain, GATHER_MS);
        },
      },
      onLive: setLive,
      onRefused: () => {
        void client.invalidateQueries({ queryKey: ["session"] });
        void navigate({
          to: "/sign-in",
          search: { to: window.location.pathname + window.location.search },
        });
      },
    });
    return () => {
      clearTimeout(timer);
      clearTimeout(catchUp);
      stop();
    };
  }, [client, navigate]);

  return children;
}
