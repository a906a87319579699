import { Anchor, Button } from "@mantine/core";
import { Pencil1Icon, PlayIcon } from "@radix-ui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { type Cadence, firesQuery, type Schedule, scheduleQuery } from "../../api/planning";
import { inWords } from "../../api/problems";
import { type Burst, whomWords } from "../../features/bursting/bursts";
import { cadenceWords, dayOffWords } from "../../features/cadences/cadence";
import { Fires } from "../../features/cadences/Fires";
import type { Recipient } from "../../features/recipients/recipients";
import { type Condition, conditionWords } from "../../features/schedules/conditions";
import { NextRun } from "../../features/schedules/NextRun";
import { ScheduleMenu } from "../../features/schedules/ScheduleMenu";
import { useScheduleActions } from "../../features/schedules/useScheduleActions";
import { Moment } from "../../parts/Moment";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { StatusMark } from "../../parts/StatusMark";
import { Trouble } from "../../parts/Trouble";
import { Waiting } from "../../parts/Waiting";
import { Executions } from "./Executions";
import classes from "./SchedulePage.module.css";

const route = getRouteApi("/inside/schedules/$id");
const FIRES = 10;

/** One schedule: what it says, what it will do, and what it did. */
export function SchedulePage() {
  const { id } = route.useParams();
  const schedule = useQuery(scheduleQuery(id));
  if (schedule.error) return <Trouble error={schedule.error} />;
  if (schedule.data === undefined) return <Waiting />;
  return <Whole schedule={schedule.data} />;
}

function Whole({ schedule }: { schedule: Schedule }) {
  const cadence = schedule.cadence as unknown as Cadence;
  const { run, resume, may, mayResume } = useScheduleActions(schedule);
  const fires = useQuery(firesQuery(schedule.id, FIRES));
  return (
    <>
      <PageHeader
        title={schedule.name}
        above={
          <Anchor component={Link} to="/schedules">
            Schedules
          </Anchor>
        }
        about={<StatusMark status={schedule.state} />}
        actions={
          may && (
            <>
              <Button
                variant="default"
                leftSection={<Pencil1Icon aria-hidden />}
                component={Link}
                to={`/schedules/${schedule.id}/edit`}
              >
                Edit
              </Button>
              <Button
                leftSection={<PlayIcon aria-hidden />}
                loading={run.isPending}
                onClick={() => run.mutate()}
              >
                Run now
              </Button>
              <ScheduleMenu schedule={schedule} />
            </>
          )
        }
      />
      {schedule.state !== "active" && (
        <div className={classes.section}>
          <Notice
            tone="wait"
            title={
              schedule.state === "ended" ? "It has come to its end" : "It does not fire at present"
            }
            action={
              mayResume && (
                <Button loading={resume.isPending} onClick={() => resume.mutate()}>
                  Resume
                </Button>
              )
            }
          >
            {schedule.state_reason} <Moment at={schedule.state_since} />
          </Notice>
        </div>
      )}
      <dl className={classes.facts}>
        <Fact name="Report">
          <Link to="/saved/$id" params={{ id: schedule.definition.id }}>
            {schedule.definition.name}
          </Link>{" "}
          (version {schedule.definition.version})
        </Fact>
        <Fact name="When">
          {cadenceWords(cadence)}
          {dayOffWords(cadence.business_days) && `, ${dayOffWords(cadence.business_days)}`} (
          {cadence.timezone})
        </Fact>
        <Fact name="For whom">
          {whomWords(
            schedule.deliver_to as unknown as Recipient[],
            schedule.burst as Burst | null,
            100,
          )}
        </Fact>
        <Fact name="Sent">{conditionWords(schedule.condition as unknown as Condition)}</Fact>
        {schedule.readiness && (
          <Fact name="Waits for">
            the signal “{String(schedule.readiness.signal)}”, until{" "}
            {String(schedule.readiness.not_later_than)}
          </Fact>
        )}
        <Fact name="Owner">{schedule.owner}</Fact>
        {schedule.next_run_at && (
          <Fact name="Next">
            <NextRun at={schedule.next_run_at} timezone={cadence.timezone} />
          </Fact>
        )}
      </dl>
      <section aria-labelledby="coming" className={classes.section}>
        <h2 id="coming">
          {schedule.state === "active" ? "Comes next" : "Would come next, were it active"}
        </h2>
        {fires.error && (
          <Notice tone="bad" title="It cannot fire">
            {inWords(fires.error)}
          </Notice>
        )}
        {fires.data && <Fires preview={fires.data} />}
      </section>
      <Executions schedule={schedule} timezone={cadence.timezone} />
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
