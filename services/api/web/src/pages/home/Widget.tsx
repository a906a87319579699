import { Skeleton } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { documentQuery, runsQuery } from "../../api/queries";
import { figure, movement, unitOf } from "../../features/document/figures";
import { useReportTitle } from "../../features/runs/report-names";
import { days } from "../../parts/moments";
import { linePoints, trendOf } from "./trend";
import classes from "./Widget.module.css";
import type { WidgetOf } from "./widgets";

const WIDTH = 120;
const HEIGHT = 36;
const ROUND = 2 * Math.PI * 20;

/** A key figure of the latest report of a type, with its trend; it leads to that report. */
export function Widget({ widget }: { widget: WidgetOf }) {
  const titleOf = useReportTitle();
  const runs = useInfiniteQuery(runsQuery({ type: widget.type, status: "completed" }, 1));
  const run = runs.data?.pages[0]?.items[0];
  const document = useQuery({ ...documentQuery(run?.id ?? ""), enabled: run !== undefined });
  const title = titleOf(widget.type);

  if (runs.isPending || (run !== undefined && document.isPending)) return <Skeleton h={176} />;
  if (run === undefined || document.data === undefined) {
    return (
      <div className={classes.widget} data-empty>
        <h3 className={classes.title}>{title}</h3>
        <p className={classes.words}>
          {run === undefined
            ? "Nothing was made of this yet."
            : "The latest one is no longer kept."}
        </p>
        <Link to="/new" search={{ type: widget.type }} className={classes.make}>
          Make one
        </Link>
      </div>
    );
  }
  const kpi = widget.kpis
    .map((name) => document.data.kpis.find((each) => each.name === name))
    .find((each) => each !== undefined);
  const trend = trendOf(document.data, widget.trend);
  if (kpi === undefined) return null;

  return (
    <Link to="/runs/$id" params={{ id: run.id }} className={classes.widget}>
      <h3 className={classes.title}>{kpi.title}</h3>
      <div className={classes.figures}>
        <p className={classes.value}>
          <strong>{kpi.value === null ? "–" : figure(kpi.value, kpi.places)}</strong>
          {unitOf(kpi) && <span className={classes.unit}> {unitOf(kpi)}</span>}
        </p>
        {widget.gauge && kpi.value !== null && <Gauge percent={Number(kpi.value)} />}
      </div>
      <p className={classes.change} data-verdict={kpi.verdict}>
        {kpi.direction === "up" && <span aria-hidden>▲ </span>}
        {kpi.direction === "down" && <span aria-hidden>▼ </span>}
        {movement(kpi)}
      </p>
      {trend.length > 1 && (
        <svg
          className={classes.trend}
          viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`Over the period: from ${figure(Math.min(...trend), 0)} to ${figure(Math.max(...trend), 0)}`}
        >
          <polyline points={linePoints(trend, WIDTH, HEIGHT)} />
        </svg>
      )}
      <p className={classes.words}>
        {title}, {days(run.period.from, run.period.to)}
      </p>
    </Link>
  );
}

function Gauge({ percent }: { percent: number }) {
  const part = Math.min(100, Math.max(0, percent)) / 100;
  return (
    <svg className={classes.gauge} viewBox="0 0 48 48" aria-hidden>
      <circle cx="24" cy="24" r="20" />
      <circle
        cx="24"
        cy="24"
        r="20"
        data-part
        strokeDasharray={`${part * ROUND} ${ROUND}`}
        transform="rotate(-90 24 24)"
      />
    </svg>
  );
}
