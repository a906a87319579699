import { Moment } from "../../../parts/Moment";
import { duration } from "../../../parts/moments";
import { StatusMark } from "../../../parts/StatusMark";
import { FoldingTable } from "./FoldingTable";
import { aboutService, didWords, intervalWords, type Job } from "./service-words";
import classes from "./Services.module.css";

/** What services do by themselves: when they last did, how long it took and how much it was. */
export function JobTable({ jobs }: { jobs: readonly Job[] }) {
  if (jobs.length === 0) {
    return (
      <p className={classes.about} data-old>
        No scheduler has told of any.
      </p>
    );
  }
  return (
    <FoldingTable
      label="Housekeeping"
      rows={jobs}
      keyOf={(job) => `${job.service}/${job.name}`}
      columns={[
        {
          title: "Step",
          cell: (job) => (
            <span className={classes.words}>
              <span className={classes.name}>{capitalised(job.name)}</span>
              <span className={classes.quiet}>
                {aboutService(job.service).title}, {intervalWords(job.every_seconds)}
              </span>
            </span>
          ),
        },
        {
          title: "State",
          cell: (job) => (
            <span className={classes.words}>
              <StatusMark status={job.state} />
              {job.state === "failed" && (
                <span className={classes.bad}>The reason is in the {job.service}’s log</span>
              )}
            </span>
          ),
        },
        {
          title: "Last run",
          cell: (job) =>
            job.last_run ? (
              <span className={classes.words}>
                <span>
                  <Moment at={job.last_run} />
                </span>
                {job.seconds !== null && (
                  <span className={classes.quiet}>took {duration(job.seconds * 1000)}</span>
                )}
              </span>
            ) : (
              "Not yet"
            ),
        },
        {
          title: "What it did",
          cell: (job) =>
            job.did === null ? (
              <span className={classes.quiet}>{job.last_run ? "Looked" : "–"}</span>
            ) : (
              <span className={classes.words}>
                <span>{didWords(job.did, job.did_in_all)}</span>
                <span className={classes.quiet}>{job.what}</span>
              </span>
            ),
        },
      ]}
    />
  );
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
