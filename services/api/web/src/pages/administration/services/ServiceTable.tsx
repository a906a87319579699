import { Moment } from "../../../parts/Moment";
import { StatusMark } from "../../../parts/StatusMark";
import { statusWord } from "../../../parts/statuses";
import { FoldingTable } from "./FoldingTable";
import { aboutService, failingWords, processWords, type Service } from "./service-words";
import classes from "./Services.module.css";

/** Every service with what is known of it. */
export function ServiceTable({ services }: { services: readonly Service[] }) {
  return (
    <FoldingTable
      label="Services"
      rows={services}
      keyOf={(service) => service.name}
      columns={[
        {
          title: "Service",
          cell: (service) => (
            <span className={classes.words}>
              <span className={classes.name}>{aboutService(service.name).title}</span>
              <span className={classes.quiet}>{aboutService(service.name).does}</span>
            </span>
          ),
        },
        {
          title: "State",
          cell: (service) => (
            <span className={classes.words}>
              <StatusMark status={service.state} />
              {failingWords(service) && (
                <span className={classes.bad}>Cannot use {failingWords(service)}</span>
              )}
            </span>
          ),
        },
        {
          title: "Last heard of",
          cell: (service) => (service.heard_at ? <Moment at={service.heard_at} /> : "Never"),
        },
        { title: "Processes", cell: (service) => <Processes service={service} /> },
      ]}
    />
  );
}

function Processes({ service }: { service: Service }) {
  if (service.instances.length === 0) return processWords(service);
  return (
    <details className={classes.processes}>
      <summary>{processWords(service)}</summary>
      <ul aria-label={`Processes of the ${service.name}`}>
        {service.instances.map((each) => (
          <li key={each.id}>
            {each.process}: {statusWord(each.state).toLowerCase()}, began{" "}
            <Moment at={each.started_at} />
            {each.state !== "ready" && (
              <>
                , last heard of <Moment at={each.heard_at} />
              </>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
