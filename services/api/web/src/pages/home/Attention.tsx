import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { RunSummary } from "../../api/client";
import { deliveriesQuery } from "../../api/ledger";
import { runsQuery, schedulesQuery } from "../../api/queries";
import { useReportTitle } from "../../features/runs/report-names";
import { useRunActions } from "../../features/runs/useRunActions";
import { Moment } from "../../parts/Moment";
import { days } from "../../parts/moments";
import { Notice } from "../../parts/Notice";
import { FailedDeliveries } from "./FailedDeliveries";
import classes from "./Home.module.css";
import { ASKED_FOR, isRecent, undelivered } from "./undelivered";

/** What somebody has to look at: runs and deliveries that failed lately, mails that came back,
 * deliveries of which nobody can tell, schedules that stand still. */
export function Attention() {
  const failed = useInfiniteQuery(runsQuery({ status: "failed" }, 5));
  const held = useQuery(schedulesQuery("held"));
  const disabled = useQuery(schedulesQuery("disabled"));
  const latestUncertain = useInfiniteQuery(deliveriesQuery({ status: "uncertain" }, ASKED_FOR));
  const latestFailed = useInfiniteQuery(deliveriesQuery({ status: "failed" }, ASKED_FOR));
  const uncertain = undelivered("uncertain", firstPage(latestUncertain.data), Date.now());
  const latestBounced = useInfiniteQuery(deliveriesQuery({ status: "bounced" }, ASKED_FOR));
  const bounced = undelivered("bounced", firstPage(latestBounced.data), Date.now());
  const undone = undelivered("failed", firstPage(latestFailed.data), Date.now());
  const recently = firstPage(failed.data).filter((run) => isRecent(run.created_at, Date.now()));
  const standing = [...(held.data?.items ?? []), ...(disabled.data?.items ?? [])];
  const nothing =
    recently.length === 0 &&
    standing.length === 0 &&
    [uncertain, undone, bounced].every((each) => each.shown.length === 0);
  const asked = [failed, held, disabled, latestUncertain, latestFailed, latestBounced];
  // All at once, and nothing below before: it would move with each.
  if (asked.some((each) => each.isPending)) return <Skeleton h={120} className={classes.first} />;

  return (
    <section aria-labelledby="attention" className={classes.section}>
      <h2 id="attention">Needs attention</h2>
      {nothing && (
        <p className={classes.calm}>
          Nothing: no report and no delivery failed or came back this week, and no schedule stands
          still.
        </p>
      )}
      <div className={classes.notices}>
        {standing.map((schedule) => (
          <Notice
            key={schedule.id}
            tone="wait"
            title={`The schedule “${schedule.name}” stands still`}
            action={
              <Button
                variant="default"
                size="xs"
                component={Link}
                to={`/schedules/${schedule.id}`}
                aria-label={`Look at the schedule ${schedule.name}`}
              >
                Look
              </Button>
            }
          >
            {schedule.state_reason}
          </Notice>
        ))}
        {recently.map((run) => (
          <Failed key={run.id} run={run} />
        ))}
        <FailedDeliveries undelivered={uncertain} />
        <FailedDeliveries undelivered={undone} />
        <FailedDeliveries undelivered={bounced} />
      </div>
    </section>
  );
}

function firstPage<Item>(data: { pages: { items: Item[] }[] } | undefined): readonly Item[] {
  return data?.pages[0]?.items ?? [];
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
      {run.error && `${run.error.message} · `}
      <Moment at={run.completed_at ?? run.created_at} />
    </Notice>
  );
}
