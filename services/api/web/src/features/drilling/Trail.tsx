import { Anchor } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { Run } from "../../api/client";
import { runQuery } from "../../api/queries";
import { days } from "../../parts/moments";
import { useReportTitle } from "../runs/report-names";
import { differenceOf, partWords } from "./narrowing";
import classes from "./Part.module.css";
import { trailText } from "./trail";

/** Where a report lies: the list of runs, and the wider reports that it was opened from. */
export function Trail({ run, trail }: { run: Run; trail: readonly string[] }) {
  const titleOf = useReportTitle();
  const wider = useQueries({ queries: trail.map((id) => runQuery(id)) }).map((each) => each.data);
  const all = [...wider, run];

  const words = (index: number): string => {
    const each = all[index];
    const before = all[index - 1];
    if (each !== undefined && index === 0) {
      return `${titleOf(each.type)}, ${days(each.period.from, each.period.to)}`;
    }
    // Not known yet, or no longer kept: what lies between two is told by both.
    if (each === undefined || before === undefined) return "a part of it";
    const difference = differenceOf(before, each);
    const part = partWords(difference);
    return difference.report_type
      ? [titleOf(difference.report_type), part].filter(Boolean).join(": ")
      : part || titleOf(each.type);
  };

  return (
    <nav aria-label="Where this report lies">
      <ol className={classes.trail}>
        <li>
          <Anchor component={Link} to="/runs" inherit>
            Runs
          </Anchor>
        </li>
        {trail.map((id, index) => (
          <li key={id}>
            <Link
              to="/runs/$id"
              params={{ id }}
              search={{ trail: trailText(trail.slice(0, index)) }}
            >
              {words(index)}
            </Link>
          </li>
        ))}
        {trail.length > 0 && (
          <li aria-current="page">
            <span>{words(trail.length)}</span>
          </li>
        )}
      </ol>
    </nav>
  );
}
