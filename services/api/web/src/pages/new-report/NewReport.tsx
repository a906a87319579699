import { Button } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { lazy } from "react";

import { reportTypesQuery, sessionQuery } from "../../api/queries";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { Gallery, SWITCHED_OFF } from "./Gallery";

const ReportForm = lazy(async () => ({ default: (await import("./ReportForm")).ReportForm }));

const route = getRouteApi("/inside/new");

/** First which report, then over what and for whom. */
export function NewReport() {
  const { type } = route.useSearch();
  const { data: types } = useSuspenseQuery(reportTypesQuery);
  const { data: session } = useSuspenseQuery(sessionQuery);
  const chosen = types.find((each) => each.name === type);

  if (session.signed_in?.role === "viewer") {
    return (
      <>
        <PageHeader title="New report" />
        <Notice tone="plain" title="You may read reports, but not ask for them">
          An administrator can make you an author.
        </Notice>
      </>
    );
  }
  if (chosen?.available) return <ReportForm key={chosen.name} type={chosen} />;
  return (
    <>
      <PageHeader
        title="New report"
        about="Which report?"
        actions={
          <Button variant="default" component={Link} to="/saved">
            Saved reports
          </Button>
        }
      />
      {chosen && (
        <Notice tone="wait" title={`${chosen.title} is switched off`}>
          {SWITCHED_OFF}
        </Notice>
      )}
      <Gallery types={types} />
    </>
  );
}
