import type { CSSProperties } from "react";

import type { Run } from "../../api/client";
import { spansOf } from "../../features/runs/spans";
import { duration } from "../../parts/moments";
import classes from "./Durations.module.css";

/** Waiting, query, rendering and delivery, one below the other on the same line of time. */
export function Durations({ run }: { run: Run }) {
  const spans = spansOf(run);
  if (spans.length === 0) return null;
  const whole = Math.max(1, ...spans.map((span) => span.from + span.took));
  return (
    <section aria-labelledby="durations">
      <h2 id="durations">How long it took</h2>
      <ol className={classes.spans}>
        {spans.map((span) => (
          <li key={span.name} className={classes.span}>
            <span>{span.name}</span>
            <span
              className={classes.way}
              aria-hidden
              style={
                {
                  "--from": `${(100 * span.from) / whole}%`,
                  "--took": `${(100 * span.took) / whole}%`,
                } as CSSProperties
              }
            />
            <span className={classes.took}>
              {duration(span.took)}
              {span.attempts > 1 && `, ${span.attempts} attempts`}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
