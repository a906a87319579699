import { Button } from "@mantine/core";
import { PlusIcon } from "@radix-ui/react-icons";
import { useInfiniteQuery, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";

import type { Schemas } from "../../api/client";
import { definitionPagesQuery } from "../../api/planning";
import { inWords } from "../../api/problems";
import { reportTypesQuery, sessionQuery } from "../../api/queries";
import type { SavedSearch } from "../../app/router";
import { DefinitionMenu } from "../../features/definitions/DefinitionMenu";
import { presetNamed, presetWords } from "../../features/periods/presets";
import { formatName } from "../../features/runs/Files";
import { useReportTitle } from "../../features/runs/report-names";
import { EmptyState } from "../../parts/EmptyState";
import { Choice, Filters, SearchField } from "../../parts/Filters";
import { Moment } from "../../parts/Moment";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { Waiting } from "../../parts/Waiting";
import classes from "./Saved.module.css";

const route = getRouteApi("/inside/saved");

/** Reports under a name: what schedules make, and what can be made by hand. */
export function Saved() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/saved" });
  const { data: session } = useSuspenseQuery(sessionQuery);
  const { data: types } = useQuery(reportTypesQuery);
  const saved = useInfiniteQuery({
    ...definitionPagesQuery(search),
    placeholderData: (previous) => previous,
  });
  const found = saved.data?.pages.flatMap((page) => page.items) ?? [];
  const narrowed = Object.values(search).some((value) => value !== undefined);
  const change = (changed: Partial<SavedSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true });
  const schedule = session.signed_in?.role !== "viewer" && (
    <Button component={Link} to="/schedules/new" leftSection={<PlusIcon aria-hidden />}>
      New schedule
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Saved reports"
        about="Reports under a name, over a period that moves along: made by schedules, or by hand."
        actions={schedule}
      />
      <Filters of="Saved reports">
        <SearchField
          label="Search"
          placeholder="Part of a name"
          value={search.q}
          onSearch={(q) => change({ q })}
        />
        <Choice
          label="Report"
          none="Any report"
          data={(types ?? []).map((type) => ({ value: type.name, label: type.title }))}
          value={search.type}
          onChange={(type) => change({ type })}
        />
        <Choice
          label="Owner"
          none="Anybody's"
          data={[{ value: session.signed_in?.sub ?? "", label: "Mine" }]}
          value={search.owner}
          onChange={(owner) => change({ owner })}
        />
      </Filters>
      {saved.error && (
        <Notice tone="bad" title="The list could not be read">
          {inWords(saved.error)}
        </Notice>
      )}
      {saved.isPending && <Waiting />}
      {saved.data && found.length === 0 && (
        <EmptyState
          title={narrowed ? "No saved report fits that" : "No report is saved yet"}
          action={
            narrowed ? (
              <Button
                variant="default"
                onClick={() => void navigate({ search: {}, replace: true })}
              >
                Show all saved reports
              </Button>
            ) : (
              schedule
            )
          }
        >
          {narrowed
            ? "Take a filter away, or search for something else."
            : "Schedule a report, and it is saved under a name: to be changed here, and made whenever you like."}
        </EmptyState>
      )}
      {found.length > 0 && (
        <ul className={classes.list} aria-label="Saved reports">
          {found.map((definition) => (
            <Row key={definition.id} definition={definition} />
          ))}
        </ul>
      )}
      {saved.hasNextPage && (
        <Button
          variant="default"
          mt="md"
          loading={saved.isFetchingNextPage}
          onClick={() => void saved.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </>
  );
}

function Row({ definition }: { definition: Schemas["DefinitionSummary"] }) {
  const titleOf = useReportTitle();
  const preset = presetNamed(definition.preset);
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <Link to="/saved/$id" params={{ id: definition.id }} className={classes.title}>
          {definition.name}
        </Link>
        <span className={classes.quiet}>
          {titleOf(definition.type)}, {preset ? presetWords(preset).toLowerCase() : ""}
        </span>
      </div>
      <span className={classes.files}>{definition.formats.map(formatName).join(", ")}</span>
      <span className={classes.quiet}>
        {definition.owner}, changed <Moment at={definition.updated_at} />
      </span>
      <DefinitionMenu of={definition} />
    </li>
  );
}
