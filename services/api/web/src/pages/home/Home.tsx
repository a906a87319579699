import { Button, Skeleton } from "@mantine/core";
import { PlusIcon } from "@radix-ui/react-icons";
import { useInfiniteQuery, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { deliveriesQuery } from "../../api/ledger";
import { inWords } from "../../api/problems";
import { runsQuery, schedulesQuery, sessionQuery, widgetsQuery } from "../../api/queries";
import { useReportTitle } from "../../features/runs/report-names";
import { occasionWords } from "../../features/runs/occasions";
import { Moment } from "../../parts/Moment";
import { days, exact } from "../../parts/moments";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { StatusMark } from "../../parts/StatusMark";
import { Attention } from "./Attention";
import { deliveredLately, LOOKED_AT } from "./delivered";
import classes from "./Home.module.css";
import { Widget } from "./Widget";
import { LATEST_RUNS } from "./latest-runs";

/** What needs attention, the figures that matter, what went out and what comes next. */
export function Home() {
  const { data: session } = useSuspenseQuery(sessionQuery);
  return (
    <>
      <PageHeader
        title="Home"
        actions={
          session.signed_in?.role !== "viewer" && (
            <Button component={Link} to="/new" leftSection={<PlusIcon aria-hidden />}>
              New report
            </Button>
          )
        }
      />
      <Attention />
      <Figures />
      <div className={classes.columns}>
        <Latest />
        <Delivered />
        <Next />
      </div>
    </>
  );
}

const WIDGETS = 4;

function Figures() {
  const widgets = useQuery(widgetsQuery);
  return (
    <section aria-labelledby="figures" className={classes.section}>
      <h2 id="figures">The latest figures</h2>
      {widgets.error && (
        <Notice tone="bad" title="The figures cannot be shown">
          {inWords(widgets.error)}
        </Notice>
      )}
      <div className={classes.widgets}>
        {widgets.data?.map((widget) => (
          <Widget key={widget.widget} widget={widget} />
        ))}
        {widgets.isPending &&
          Array.from({ length: WIDGETS }, (_, index) => <Skeleton key={index} h={176} />)}
      </div>
    </section>
  );
}

function Latest() {
  const titleOf = useReportTitle();
  const runs = useInfiniteQuery(runsQuery({}, LATEST_RUNS));
  const found = runs.data?.pages[0]?.items ?? [];
  return (
    <section aria-labelledby="latest" className={classes.section}>
      <h2 id="latest">Made lately</h2>
      {runs.data && found.length === 0 && (
        <p className={classes.calm}>No report was asked for yet.</p>
      )}
      <ul className={classes.list}>
        {found.map((run) => (
          <li key={run.id}>
            <span className={classes.what}>
              <Link to="/runs/$id" params={{ id: run.id }}>
                {titleOf(run.type)}
              </Link>
              <span className={classes.quiet}>{days(run.period.from, run.period.to)}</span>
            </span>
            <StatusMark status={run.status} />
            <span className={classes.quiet}>
              <Moment at={run.created_at} />, {occasionWords(run)}
            </span>
          </li>
        ))}
      </ul>
      {found.length === LATEST_RUNS && <Link to="/runs">All runs</Link>}
    </section>
  );
}

const SHOWN = 6;

function Delivered() {
  const titleOf = useReportTitle();
  const deliveries = useInfiniteQuery(deliveriesQuery({ status: "sent" }, LOOKED_AT));
  const found = deliveredLately(deliveries.data?.pages[0]?.items ?? [], SHOWN);
  return (
    <section aria-labelledby="delivered" className={classes.section}>
      <h2 id="delivered">Delivered lately</h2>
      {deliveries.data && found.length === 0 && (
        <p className={classes.calm}>
          Nothing was sent yet: say whom to send it to when you ask for a report, or schedule one.
        </p>
      )}
      <ul className={classes.list}>
        {found.map((each) => (
          <li key={each.run}>
            <span className={classes.what}>
              <Link to="/deliveries" search={{ run: each.run }}>
                {titleOf(each.type)}
              </Link>
              <span className={classes.quiet}>{each.to}</span>
            </span>
            <span className={classes.quiet}>
              <Moment at={each.at} />
            </span>
          </li>
        ))}
      </ul>
      {found.length > 0 && <Link to="/deliveries">All deliveries</Link>}
    </section>
  );
}

const COMING = 6;

function Next() {
  const schedules = useQuery(schedulesQuery("active"));
  const coming = (schedules.data?.items ?? [])
    .flatMap((schedule) =>
      schedule.next_run_at === null ? [] : [{ ...schedule, next: schedule.next_run_at }],
    )
    .sort((one, other) => one.next.localeCompare(other.next))
    .slice(0, COMING);
  return (
    <section aria-labelledby="next" className={classes.section}>
      <h2 id="next">Comes next</h2>
      {schedules.data && coming.length === 0 && (
        <p className={classes.calm}>No schedule is going to fire.</p>
      )}
      <ul className={classes.list}>
        {coming.map((schedule) => (
          <li key={schedule.id}>
            <span className={classes.what}>
              <Link to="/schedules/$id" params={{ id: schedule.id }}>
                {schedule.name}
              </Link>
              <span className={classes.quiet}>{schedule.definition.name}</span>
            </span>
            <Moment at={schedule.next} />
            <span className={classes.quiet}>{exact(new Date(schedule.next))}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
