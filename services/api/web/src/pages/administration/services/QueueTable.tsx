import { Moment } from "../../../parts/Moment";
import { duration } from "../../../parts/moments";
import { FoldingTable } from "./FoldingTable";
import { type Services, type Waiting, waitingOf } from "./service-words";
import classes from "./Services.module.css";

const OLD_MS = 60_000;

/** What waits in the broker's queues, and before them. */
export function QueueTable({ told }: { told: Services }) {
  if (told.queues === null) {
    return (
      <p className={classes.about} data-old>
        No scheduler has looked at the queues yet.
      </p>
    );
  }
  const old = Date.parse(told.at) - Date.parse(told.queues.at) > OLD_MS;
  return (
    <>
      <p className={classes.about} data-old={old || undefined}>
        {old ? "Not current: the scheduler last looked " : "Seen by the scheduler "}
        <Moment at={told.queues.at} />. <Outbox outbox={told.outbox} />
      </p>
      <FoldingTable
        label="Waiting in the queues"
        rows={waitingOf(told.queues.queues)}
        keyOf={(line) => line.consumer}
        columns={[
          {
            title: "What",
            cell: (line) => (
              <span className={classes.words}>
                <span>{line.title}</span>
                {line.unread && <span className={classes.bad}>Nobody reads this queue</span>}
              </span>
            ),
          },
          { title: "For people", figures: true, cell: (line) => <Count of={line.people} /> },
          {
            title: "Of schedules",
            figures: true,
            cell: (line: Waiting) =>
              line.scheduled === null ? "–" : <Count of={line.scheduled} />,
          },
        ]}
      />
    </>
  );
}

function Count({ of }: { of: number }) {
  return <span className={of > 0 ? classes.much : classes.quiet}>{of.toLocaleString()}</span>;
}

function Outbox({ outbox }: { outbox: Services["outbox"] }) {
  if (outbox === null || outbox.due === 0) return null;
  return (
    <>
      {outbox.due.toLocaleString()} more {outbox.due === 1 ? "event is" : "events are"} not with the
      broker yet, the oldest for {duration(outbox.age_seconds * 1000)}.
    </>
  );
}
