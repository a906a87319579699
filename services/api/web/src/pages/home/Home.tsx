import { Button } from "@mantine/core";
import { PlusIcon } from "@radix-ui/react-icons";
import { useInfiniteQuery, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { deliveriesQuery } from "../../api/ledger";
import { runsQuery, schedulesQuery, sessionQuery } from "../../api/queries";
import { useReportTitle } from "../../features/runs/report-names";
import { occasionWords } from "../../features/runs/occasions";
import { Moment } from "../../parts/Moment";
import { days, exact } from "../../parts/moments";
import { PageHeader } from "../../parts/PageHeader";
import { StatusMark } from "../../parts/StatusMark";
import { Attention } from "./Attention";
import { deliveredLately, LOOKED_AT } from "./delivered";
import classes from "./Home.module.css";
import { Widget, type WidgetOf } from "./Widget";

const WIDGETS: readonly WidgetOf[] = [
  {
    type: "delivery_summary",
    kpis: ["characters_delivered"],
    trend: { chart: "delivered_over_time", sum: "count" },
  },
  {
    type: "gpu_utilization",
    kpis: ["utilization"],
    trend: { table: "over_time", column: "active_percent" },
    gauge: true,
  },
  {
    type: "quality_metrics",
    kpis: ["pass_rate"],
    trend: { table: "over_time", column: "pass_percent" },
  },
  {
    type: "cost_per_character",
    kpis: ["cost_per_character", "gpu_hours_per_character"],
    trend: { table: "over_time", column: "gpu_hours" },
  },
];

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
      <section aria-labelledby="figures" className={classes.section}>
        <h2 id="figures">The latest figures</h2>
        <div className={classes.widgets}>
          {WIDGETS.map((widget) => (
            <Widget key={widget.type} widget={widget} />
          ))}
        </div>
      </section>
      <div className={classes.columns}>
        <Latest />
        <Delivered />
        <Next />
      </div>
    </>
  );
}

const SHOWN = 6;

function Latest() {
  const titleOf = useReportTitle();
  const runs = useInfiniteQuery(runsQuery({}, SHOWN));
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
      {found.length === SHOWN && <Link to="/runs">All runs</Link>}
    </section>
  );
}

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

function Next() {
  const schedules = useQuery(schedulesQuery("active"));
  const coming = (schedules.data?.items ?? [])
    .flatMap((schedule) =>
      schedule.next_run_at === null ? [] : [{ ...schedule, next: schedule.next_run_at }],
    )
    .sort((one, other) => one.next.localeCompare(other.next))
    .slice(0, SHOWN);
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
