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
import { type Section, SECTION_LABELS, SECTIONS } from "./sections";

const route = getRouteApi("/inside/administration/$section");

const PARTS: Record<Section, ComponentType> = {
  members: Members,
  recipients: Recipients,
  destinations: Destinations,
  looks: Looks,
  limits: Limits,
  "days-off": DaysOff,
  "dead-letters": DeadLetters,
  audit: AuditLog,
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
  const Part = PARTS[section];
  return (
    <>
      <PageHeader title={SECTION_LABELS[section]} above="Administration" />
      <nav className={classes.tabs} aria-label="Administration">
        {SECTIONS.map((each) => (
          <Link
            key={each}
            to="/administration/$section"
            params={{ section: each }}
            className={classes.tab}
            activeProps={{ "data-active": true, "aria-current": "page" }}
          >
            {SECTION_LABELS[each]}
          </Link>
        ))}
      </nav>
      <Part />
    </>
  );
}
