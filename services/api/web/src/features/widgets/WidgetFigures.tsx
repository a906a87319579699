import type { Schemas } from "../../api/client";
import { days } from "../../parts/moments";
import { figure, movement, unitOf } from "../document/figures";
import { linePoints } from "./trend-line";
import classes from "./WidgetFigures.module.css";

export type Widget = Schemas["WidgetView"];

const WIDTH = 120;
const HEIGHT = 36;
const ROUND = 2 * Math.PI * 20;

interface Props {
  widget: Widget;
  /** On a page of its own it is what the page is about. */
  heading?: "h1" | "h3";
}

/** A key figure with its change, its trend and what it is of: on the home page, and embedded in
 * pages of other sites, which is why nothing of the page's library is used here. */
export function WidgetFigures({ widget, heading: Heading = "h3" }: Props) {
  const { kpi, trend, period, title } = widget;
  if (kpi === null || period === null) {
    return (
      <>
        <Heading className={classes.title}>{title}</Heading>
        <p className={classes.words}>
          {period === null
            ? "No report of this is kept that covers the whole studio."
            : "The latest report has no such figure."}
        </p>
      </>
    );
  }
  return (
    <>
      <Heading className={classes.title}>{kpi.title}</Heading>
      <div className={classes.figures}>
        <p className={classes.value}>
          <strong>{kpi.value === null ? "–" : figure(kpi.value, kpi.places)}</strong>
          {unitOf(kpi) && <span className={classes.unit}> {unitOf(kpi)}</span>}
        </p>
        {widget.is_gauge && kpi.value !== null && <Gauge percent={Number(kpi.value)} />}
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
        {title}, {days(period.from, period.to)}
      </p>
    </>
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
