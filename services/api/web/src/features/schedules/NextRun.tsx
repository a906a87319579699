import { Moment } from "../../parts/Moment";
import { exact } from "../../parts/moments";
import classes from "./NextRun.module.css";

/** When it acts next: how soon, by its own clock, and in UTC. */
export function NextRun({ at, timezone }: { at: string; timezone: string }) {
  const instant = new Date(at);
  return (
    <span className={classes.next}>
      <Moment at={at} timeZone={timezone} />
      <span className={classes.clock}>{short(instant, timezone)}</span>
      {timezone !== "UTC" && (
        <span className={classes.clock} title={exact(instant, "UTC")}>
          {clock(instant)} UTC
        </span>
      )}
    </span>
  );
}

function short(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat(undefined, {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
    timeZone,
  }).format(at);
}

function clock(at: Date): string {
  return new Intl.DateTimeFormat(undefined, { timeStyle: "short", timeZone: "UTC" }).format(at);
}
