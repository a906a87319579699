import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

import { type Execution, executionsQuery, type Schedule } from "../../api/planning";
import { inWords } from "../../api/problems";
import { Outcome } from "../../features/schedules/Outcome";
import { Moment } from "../../parts/Moment";
import { exact } from "../../parts/moments";
import { Notice } from "../../parts/Notice";
import { statusWord } from "../../parts/statuses";
import classes from "./SchedulePage.module.css";

const PAGE_LENGTH = 20;

/** What became of each fire, latest first. */
export function Executions({ schedule, timezone }: { schedule: Schedule; timezone: string }) {
  const executions = useInfiniteQuery(executionsQuery(schedule.id, PAGE_LENGTH));
  const found = executions.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-labelledby="history" className={classes.section}>
      <h2 id="history">What it did</h2>
      {executions.error && (
        <Notice tone="bad" title="Its history could not be read">
          {inWords(executions.error)}
        </Notice>
      )}
      {executions.data && found.length === 0 && (
        <p className={classes.calm}>Nothing yet: it has not fired since it was saved.</p>
      )}
      {found.length > 0 && (
        <ul className={classes.history}>
          {found.map((execution) => (
            <li key={`${execution.due_at} ${execution.run ?? ""}`}>
              <Outcome execution={execution} />
              <div className={classes.when}>
                <Moment at={execution.due_at} timeZone={timezone} />
                <span className={classes.quiet}>{exact(new Date(execution.due_at), timezone)}</span>
              </div>
              <div className={classes.words}>
                {execution.reason ?? "As planned"}
                <span className={classes.quiet}>{deliveryWords(execution)}</span>
              </div>
            </li>
          ))}
        </ul>
      )}
      {executions.hasNextPage && (
        <Button
          variant="default"
          loading={executions.isFetchingNextPage}
          onClick={() => void executions.fetchNextPage()}
        >
          Show older
        </Button>
      )}
    </section>
  );
}

/** For instance "3 sent, 1 failed". */
function deliveryWords(execution: Execution): string {
  return Object.entries(execution.deliveries)
    .map(([status, count]) => `${count} ${statusWord(status).toLowerCase()}`)
    .join(", ");
}
