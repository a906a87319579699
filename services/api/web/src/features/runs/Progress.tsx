import { CheckIcon, Cross2Icon } from "@radix-ui/react-icons";
import { useEffect, useState } from "react";

import type { Run } from "../../api/client";
import { duration } from "../../parts/moments";
import { isFinal } from "../../parts/statuses";
import classes from "./Progress.module.css";
import { stagesOf } from "./stages";

/** How far a run is, stage by stage, and how long it is likely to take. */
export function Progress({ run }: { run: Run }) {
  const left = useSecondsLeft(run);
  return (
    <div>
      <ol className={classes.stages}>
        {stagesOf(run).map((stage) => (
          <li key={stage.name} data-state={stage.state} className={classes.stage}>
            <span className={classes.sign} aria-hidden>
              {stage.state === "done" && <CheckIcon />}
              {stage.state === "broken" && <Cross2Icon />}
            </span>
            <span>
              {stage.name}
              <span className="unseen">
                {
                  { done: ": done", now: ": under way", ahead: ": to come", broken: ": not done" }[
                    stage.state
                  ]
                }
              </span>
              {stage.took !== undefined && (
                <span className={classes.took}>{duration(stage.took)}</span>
              )}
            </span>
          </li>
        ))}
      </ol>
      {!isFinal(run.status) && (
        <p className={classes.left} role="status">
          {left === undefined
            ? "It takes as long as it takes: nothing is known of past runs."
            : left > 0
              ? `About ${duration(left * 1000)} left`
              : "Taking longer than usual"}
        </p>
      )}
    </div>
  );
}

/** Counted down between one word of the server and the next. */
function useSecondsLeft(run: Run): number | undefined {
  const [passed, setPassed] = useState(0);
  useEffect(() => {
    setPassed(0);
    if (isFinal(run.status)) return;
    const began = Date.now();
    const timer = setInterval(() => setPassed((Date.now() - began) / 1000), 500);
    return () => clearInterval(timer);
  }, [run]);
  return run.eta_seconds === null ? undefined : Math.max(0, run.eta_seconds - passed);
}
