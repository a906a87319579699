import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ComponentType } from "react";

import { sessionQuery } from "../../api/queries";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import classes from "./Administration.module.css";
import { AuditLog } from "./AuditLog";
import { DaysOff } from "./DaysOff";
import { DeadLetters } from "./DeadLetters";
import { Destinations } from "./Destinations";
import { Limits } from "./Limits";
import { Looks } from "./Looks";
import { Members } from "./Members";
import { Recipients } from "./Recipients";
import type { Section } from "./sections";
import { Services } from "./services/Services";

const route = getRouteApi("/inside/administration/$section");

const SECTIONS: Record<Section, { label: string; Part: ComponentType }> = {
  members: { label: "Members", Part: Members },
  recipients: { label: "Recipients", Part: Recipients },
  destinations: { label: "Destinations", Part: Destinations },
  looks: { label: "Looks", Part: Looks },
  limits: { label: "Retention and limits", Part: Limits },
  "days-off": { label: "Days off", Part: DaysOff },
  "dead-letters": { label: "Dead letters", Part: DeadLetters },
  services: { label: "Services", Part: Services },
  audit: { label: "Audit log", Part: AuditLog },
};

/** What administrators look after, a part at a time. */
export function Administration() {
  const { section } = route.useParams();
  const { data: session } = useSuspenseQuery(sessionQuery);
  if (session.signed_in?.role !== "admin") {
    return (
      <>
        <PageHeader title="Administration" />
        <Notice tone="plain" title="This is for administrators">
          One of them can make you one.
        </Notice>
      </>
    );
  }
  const { label, Part } = SECTIONS[section];
  return (
    <>
      <PageHeader title={label} above="Administration" />
      <nav className={classes.tabs} aria-label="Administration">
        {Object.entries(SECTIONS).map(([name, each]) => (
          <Link
            key={name}
            to="/administration/$section"
            params={{ section: name as Section }}
            className={classes.tab}
            activeProps={{ "data-active": true, "aria-current": "page" }}
          >
            {each.label}
          </Link>
        ))}
      </nav>
      <Part />
    </>
  );
}
