import { Table } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { Run } from "../../api/client";
import { downloadPath, formatName } from "../../features/runs/Files";
import { Moment } from "../../parts/Moment";
import { duration, exact } from "../../parts/moments";
import { bytes } from "../../parts/sizes";
import { StatusMark } from "../../parts/StatusMark";
import { Durations } from "./Durations";
import classes from "./History.module.css";

const STAGES: Record<string, string> = {
  requested: "Accepted",
  waiting: "Waits for an identical report's data",
  shared: "Took an identical report's data",
  sliced: "Divided into parts",
  aggregated: "Data read",
  completed: "Files made",
  delivered: "Delivered",
  failed: "Failed",
  cancelled: "Cancelled",
  skipped: "Left out by its condition",
  retry: "Tried again",
  slice_failed: "A part failed",
  format_requested: "A further file was asked for",
  format_rendered: "A further file was made",
  format_failed: "A further file failed",
  delivery_asked: "Further recipients",
  delivery_asked_again: "To be sent again",
  delivery_failed: "A delivery failed",
  delivery_bounced: "A mail came back",
  delivery_uncertain: "A delivery that may have arrived",
  delivery_suppressed: "Not sent: that address gets no mail",
};

/** What happened to a run: its stages, its files and who got them. */
export function History({ run }: { run: Run }) {
  return (
    <div className={classes.parts}>
      <Durations run={run} />
      <section aria-labelledby="stages">
        <h2 id="stages">Stages</h2>
        <ol className={classes.line}>
          {run.timeline.map((entry, index) => (
            <li key={`${entry.at}-${index}`}>
              <span className={classes.stage}>
                {STAGES[entry.stage] ?? entry.stage.replaceAll("_", " ")}
              </span>
              <span className={classes.when}>
                <time dateTime={entry.at}>{exact(new Date(entry.at))}</time> · {entry.service}
                {entry.duration_ms !== null && ` · took ${duration(entry.duration_ms)}`}
                {entry.attempt > 1 && ` · attempt ${entry.attempt}`}
              </span>
              {entry.detail && <span className={classes.detail}>{entry.detail}</span>}
            </li>
          ))}
        </ol>
      </section>
      {run.deliveries.length > 0 && (
        <section aria-labelledby="deliveries">
          <h2 id="deliveries">Who gets it</h2>
          <Table.ScrollContainer
            minWidth={480}
            scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
          >
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>To</Table.Th>
                  <Table.Th>Status</Table.Th>
                  <Table.Th>Attempts</Table.Th>
                  <Table.Th>Last answer</Table.Th>
                  <Table.Th>When</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {run.deliveries.map((delivery) => (
                  <Table.Tr key={delivery.id}>
                    <Table.Td>{delivery.to}</Table.Td>
                    <Table.Td>
                      <StatusMark status={delivery.status} />
                    </Table.Td>
                    <Table.Td>{delivery.attempts}</Table.Td>
                    <Table.Td className={classes.answer}>{delivery.answer}</Table.Td>
                    <Table.Td>
                      {delivery.finished_at && <Moment at={delivery.finished_at} />}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </section>
      )}
      {run.artifacts.length > 0 && (
        <section aria-labelledby="files">
          <h2 id="files">Files</h2>
          <Table.ScrollContainer
            minWidth={480}
            scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
          >
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Format</Table.Th>
                  <Table.Th>Status</Table.Th>
                  <Table.Th>Size</Table.Th>
                  <Table.Th>SHA-256</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {run.artifacts.map((artifact) => (
                  <Table.Tr key={artifact.format}>
                    <Table.Td>
                      {artifact.status === "rendered" ? (
                        <a href={downloadPath(run.id, artifact.format)} download>
                          {formatName(artifact.format)}
                        </a>
                      ) : (
                        formatName(artifact.format)
                      )}
                    </Table.Td>
                    <Table.Td>
                      <StatusMark status={artifact.status} />
                      {artifact.error && <p className={classes.detail}>{artifact.error.message}</p>}
                    </Table.Td>
                    <Table.Td>{artifact.size !== null && bytes(artifact.size)}</Table.Td>
                    <Table.Td className={classes.hash}>{artifact.sha256}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </section>
      )}
      <section aria-labelledby="asked">
        <h2 id="asked">What was asked for</h2>
        <dl className={classes.facts}>
          <dt>Run</dt>
          <dd>
            <code>{run.id}</code>
          </dd>
          {run.definition && (
            <>
              <dt>Saved report</dt>
              <dd>
                <Link to="/saved/$id" params={{ id: run.definition }}>
                  Look at it
                </Link>{" "}
                (version {run.definition_version})
              </dd>
            </>
          )}
          {run.schedule && (
            <>
              <dt>Schedule</dt>
              <dd>
                <Link to="/schedules/$id" params={{ id: run.schedule }}>
                  Look at it
                </Link>
              </dd>
            </>
          )}
          {run.as_of && (
            <>
              <dt>Data as of</dt>
              <dd>{exact(new Date(run.as_of), run.period.timezone)}</dd>
            </>
          )}
          {run.snapshot && (
            <>
              <dt>Snapshot</dt>
              <dd>
                <code className={classes.hash}>{run.snapshot.sha256}</code>
              </dd>
            </>
          )}
          {Object.entries(run.parameters).map(([name, value]) => (
            <Parameter key={name} name={name} value={value} />
          ))}
        </dl>
      </section>
    </div>
  );
}

function Parameter({ name, value }: { name: string; value: unknown }) {
  return (
    <>
      <dt>{name.replaceAll("_", " ")}</dt>
      <dd>{Array.isArray(value) ? value.join(", ") : JSON.stringify(value).replaceAll('"', "")}</dd>
    </>
  );
}
