import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type ComponentType, lazy, Suspense } from "react";

import { sessionQuery } from "../../api/queries";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { Waiting } from "../../parts/Waiting";
import classes from "./Administration.module.css";
import { type Section, SECTION_LABELS, SECTIONS } from "./sections";

const route = getRouteApi("/inside/administration/$section");

const PARTS: Record<Section, ComponentType> = {
  members: lazy(async () => ({ default: (await import("./Members")).Members })),
  recipients: lazy(async () => ({ default: (await import("./Recipients")).Recipients })),
  destinations: lazy(async () => ({ default: (await import("./Destinations")).Destinations })),
  looks: lazy(async () => ({ default: (await import("./Looks")).Looks })),
  limits: lazy(async () => ({ default: (await import("./Limits")).Limits })),
  "days-off": lazy(async () => ({ default: (await import("./DaysOff")).DaysOff })),
  "dead-letters": lazy(async () => ({ default: (await import("./DeadLetters")).DeadLetters })),
  services: lazy(async () => ({ default: (await import("./services/Services")).Services })),
  audit: lazy(async () => ({ default: (await import("./AuditLog")).AuditLog })),
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
      <Suspense fallback={<Waiting />}>
        <Part />
      </Suspense>
    </>
  );
}
