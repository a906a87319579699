import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";

import { follow } from "../../api/stream";
import type { RunSummary } from "../../api/client";
import { heard, setLive } from "./live-state";

const GATHER_MS = 300;

/** Follows what happens to runs for as long as it is there, and has what shows them look again.
 *
 * One stream for the whole page: a list, a run and the home page all live on it.
 */
export function LiveNews({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const navigate = useNavigate();

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = new Set<string>();

    const lookAgain = () => {
      timer = undefined;
      for (const id of changed) void client.invalidateQueries({ queryKey: ["run", id] });
      changed.clear();
      for (const key of ["runs", "widgets", "deliveries", "schedules", "inbox"]) {
        void client.invalidateQueries({ queryKey: [key] });
      }
    };

    const stop = follow("/api/v1/news", {
      on: {
        ready: () => {
          // What happened while nobody listened.
          for (const key of ["run", "runs", "widgets", "deliveries", "schedules", "inbox"]) {
            void client.invalidateQueries({ queryKey: [key] });
          }
        },
        changed: (data) => {
          heard();
          for (const run of (data as { runs: RunSummary[] }).runs) changed.add(run.id);
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
      stop();
    };
  }, [client, navigate]);

  return children;
}
