import { Link } from "@tanstack/react-router";

import type { Schemas } from "../../api/client";
import type { Cadence } from "../../api/planning";
import { type Burst, whomWords } from "../../features/bursting/bursts";
import { cadenceWords } from "../../features/cadences/cadence";
import type { Recipient } from "../../features/recipients/recipients";
import { NextRun } from "../../features/schedules/NextRun";
import { Outcome } from "../../features/schedules/Outcome";
import { ScheduleMenu } from "../../features/schedules/ScheduleMenu";
import { Moment } from "../../parts/Moment";
import { StatusMark } from "../../parts/StatusMark";
import classes from "./Schedules.module.css";

/** One schedule in the list. */
export function ScheduleRow({ schedule }: { schedule: Schemas["ListedSchedule"] }) {
  const cadence = schedule.cadence as unknown as Cadence;
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <Link to="/schedules/$id" params={{ id: schedule.id }} className={classes.title}>
          {schedule.name}
        </Link>
        <span className={classes.quiet}>{cadenceWords(cadence)}</span>
        <span className={classes.quiet}>
          {schedule.definition.name}, to{" "}
          {whomWords(
            schedule.deliver_to as unknown as Recipient[],
            schedule.burst as Burst | null,
            2,
          )}
        </span>
        {schedule.state !== "active" && schedule.state_reason && (
          <span className={classes.reason}>{schedule.state_reason}</span>
        )}
      </div>
      <div className={classes.state}>
        <StatusMark status={schedule.state} />
      </div>
      <div className={classes.next}>
        {schedule.next_run_at ? (
          <NextRun at={schedule.next_run_at} timezone={cadence.timezone} />
        ) : (
          <span className={classes.quiet}>Not planned</span>
        )}
      </div>
      <div className={classes.last}>
        {schedule.last ? (
          <>
            <Outcome execution={schedule.last} />
            <span className={classes.quiet}>
              <Moment at={schedule.last.due_at} />
            </span>
          </>
        ) : (
          <span className={classes.quiet}>Not run yet</span>
        )}
      </div>
      <ScheduleMenu schedule={schedule} />
    </li>
  );
}
