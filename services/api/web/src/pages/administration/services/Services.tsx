import { useQuery } from "@tanstack/react-query";

import { servicesQuery } from "../../../api/administration";
import { inWords } from "../../../api/problems";
import { Moment } from "../../../parts/Moment";
import { Notice } from "../../../parts/Notice";
import { Waiting } from "../../../parts/Waiting";
import { JobTable } from "./JobTable";
import { QueueTable } from "./QueueTable";
import { troublesOf } from "./service-words";
import classes from "./Services.module.css";
import { ServiceTable } from "./ServiceTable";

/** How the services are: who is heard of, what waits, and what was done by itself. */
export function Services() {
  const asked = useQuery(servicesQuery);
  const told = asked.data;
  if (told === undefined) {
    return asked.error ? (
      <Notice tone="bad" title="The API does not say how the services are">
        {inWords(asked.error)}
      </Notice>
    ) : (
      <Waiting />
    );
  }
  const troubles = troublesOf(told.services);
  return (
    <>
      <div className={classes.notices}>
        {asked.error && (
          <Notice tone="bad" title="What is below is not current: the API does not answer">
            It was so <Moment at={told.at} />. {inWords(asked.error)}
          </Notice>
        )}
        {troubles.map((trouble) => (
          <Notice key={trouble.title} tone={trouble.tone} title={trouble.title}>
            {trouble.words}
          </Notice>
        ))}
        {troubles.length === 0 && <Notice tone="good" title="All services are ready" />}
      </div>
      <section aria-labelledby="services" className={classes.part}>
        <h2 id="services">Services</h2>
        <p className={classes.about}>
          Of the whole installation. Each process says every few seconds that it is there, and what
          it cannot use.
        </p>
        <ServiceTable services={told.services} />
      </section>
      <section aria-labelledby="queues" className={classes.part}>
        <h2 id="queues">Waiting in the queues</h2>
        <QueueTable told={told} />
      </section>
      <section aria-labelledby="housekeeping" className={classes.part}>
        <h2 id="housekeeping">Housekeeping</h2>
        <p className={classes.about}>
          What services do by themselves; any of their processes may do it. Counts are of the whole
          installation.
        </p>
        <JobTable jobs={told.jobs} />
      </section>
    </>
  );
}
