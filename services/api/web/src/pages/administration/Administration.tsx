import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type ComponentType, lazy, Suspense } from "react";

import { sessionQuery } from "../../api/queries";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { Waiting } from "../../parts/Waiting";
import classes from "./Administration.module.css";
import type { Section } from "./sections";

const route = getRouteApi("/inside/administration/$section");

const SECTIONS: Record<Section, { label: string; Part: ComponentType }> = {
  members: {
    label: "Members",
    Part: lazy(async () => ({ default: (await import("./Members")).Members })),
  },
  recipients: {
    label: "Recipients",
    Part: lazy(async () => ({ default: (await import("./Recipients")).Recipients })),
  },
  destinations: {
    label: "Destinations",
    Part: lazy(async () => ({ default: (await import("./Destinations")).Destinations })),
  },
  looks: { label: "Looks", Part: lazy(async () => ({ default: (await import("./Looks")).Looks })) },
  limits: {
    label: "Retention and limits",
    Part: lazy(async () => ({ default: (await import("./Limits")).Limits })),
  },
  "days-off": {
    label: "Days off",
    Part: lazy(async () => ({ default: (await import("./DaysOff")).DaysOff })),
  },
  "dead-letters": {
    label: "Dead letters",
    Part: lazy(async () => ({ default: (await import("./DeadLetters")).DeadLetters })),
  },
  services: {
    label: "Services",
    Part: lazy(async () => ({ default: (await import("./services/Services")).Services })),
  },
  audit: {
    label: "Audit log",
    Part: lazy(async () => ({ default: (await import("./AuditLog")).AuditLog })),
  },
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
      <Suspense fallback={<Waiting />}>
        <Part />
      </Suspense>
    </>
  );
}
