import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { RunSummary } from "../../api/client";
import { runsQuery, schedulesQuery } from "../../api/queries";
import { useReportTitle } from "../../features/runs/report-names";
import { useRunActions } from "../../features/runs/useRunActions";
import { Moment } from "../../parts/Moment";
import { days } from "../../parts/moments";
import { Notice } from "../../parts/Notice";
import classes from "./Home.module.css";

const RECENT_MS = 7 * 24 * 3600 * 1000;

/** What somebody has to look at: failed runs of the last days, schedules that stand still. */
export function Attention() {
  const failed = useInfiniteQuery(runsQuery({ status: "failed" }, 5));
  const held = useQuery(schedulesQuery("held"));
  const disabled = useQuery(schedulesQuery("disabled"));
  const recently = (failed.data?.pages[0]?.items ?? []).filter(
    (run) => Date.now() - new Date(run.created_at).getTime() < RECENT_MS,
  );
  const standing = [...(held.data?.items ?? []), ...(disabled.data?.items ?? [])];
  if (failed.isPending) return null;

  return (
    <section aria-labelledby="attention" className={classes.section}>
      <h2 id="attention">Needs attention</h2>
      {recently.length === 0 && standing.length === 0 && (
        <p className={classes.calm}>
          Nothing: no report failed this week, and no schedule stands still.
        </p>
      )}
      <div className={classes.notices}>
        {standing.map((schedule) => (
          <Notice
            key={schedule.id}
            tone="wait"
            title={`The schedule “${schedule.name}” stands still`}
          >
            {schedule.state_reason}
          </Notice>
        ))}
        {recently.map((run) => (
          <Failed key={run.id} run={run} />
        ))}
      </div>
    </section>
  );
}

function Failed({ run }: { run: RunSummary }) {
  const titleOf = useReportTitle();
  const { retry, mayRetry } = useRunActions(run);
  return (
    <Notice
      tone="bad"
      title={`${titleOf(run.type)}, ${days(run.period.from, run.period.to)}, could not be made`}
      action={
        <span className={classes.actions}>
          <Button variant="default" size="xs" component={Link} to={`/runs/${run.id}`}>
            Look
          </Button>
          {mayRetry && (
            <Button size="xs" loading={retry.isPending} onClick={() => retry.mutate()}>
              Try again
            </Button>
          )}
        </span>
      }
    >
      {run.error?.message} <Moment at={run.completed_at ?? run.created_at} />
    </Notice>
  );
}
