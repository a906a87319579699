import { Button } from "@mantine/core";
import { PlusIcon } from "@radix-ui/react-icons";
import { useInfiniteQuery, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";

import { inWords } from "../../api/problems";
import { reportTypesQuery, runsQuery, sessionQuery } from "../../api/queries";
import type { RunsSearch } from "../../app/router";
import { EmptyState } from "../../parts/EmptyState";
import { Choice, Filters, SearchField } from "../../parts/Filters";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { statusWord } from "../../parts/statuses";
import { Waiting } from "../../parts/Waiting";
import { RunList } from "./RunList";
import classes from "./RunList.module.css";

const route = getRouteApi("/inside/runs");

const STATUSES = [
  "requested",
  "aggregating",
  "rendering",
  "completed",
  "failed",
  "cancelled",
  "skipped",
] as const;

/** Every run, newest first, current by itself. */
export function Runs() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/runs" });
  const { data: types } = useQuery(reportTypesQuery);
  const { data: session } = useSuspenseQuery(sessionQuery);
  const runs = useInfiniteQuery({
    ...runsQuery({
      status: search.status,
      type: search.type,
      q: search.q,
      requested_by: search.by,
      schedule: search.schedule,
      definition: search.definition,
    }),
    // A new filter shows the old list until its own is there.
    placeholderData: (previous) => previous,
  });
  const pages = runs.data?.pages;
  const found = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages]);
  const narrowed = Object.keys(search).some((key) => search[key as keyof RunsSearch] !== undefined);
  const mayAsk = session.signed_in?.role !== "viewer";

  const change = (changed: Partial<RunsSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true });

  return (
    <>
      <PageHeader
        title="Runs"
        about="Every report that was asked for, newest first."
        actions={
          mayAsk && (
            <Button component={Link} to="/new" leftSection={<PlusIcon aria-hidden />}>
              New report
            </Button>
          )
        }
      />
      <Filters of="Runs">
        <SearchField
          label="Search"
          placeholder="Report, person, reason or id"
          value={search.q}
          onSearch={(q) => change({ q })}
        />
        <Choice
          label="Status"
          none="Any status"
          data={STATUSES.map((status) => ({ value: status, label: statusWord(status) }))}
          value={search.status}
          onChange={(value) => change({ status: STATUSES.find((status) => status === value) })}
        />
        <Choice
          label="Report"
          none="Any report"
          data={(types ?? []).map((type) => ({ value: type.name, label: type.title }))}
          value={search.type}
          onChange={(value) => change({ type: value })}
        />
        <Choice
          label="Asked for by"
          none="Anybody"
          data={[{ value: session.signed_in?.sub ?? "", label: "Me" }]}
          value={search.by}
          onChange={(value) => change({ by: value })}
        />
      </Filters>
      {(search.definition ?? search.schedule) && (
        <p className={classes.only}>
          Of one {search.definition ? "saved report" : "schedule"} alone:{" "}
          {search.definition ? (
            <Link to="/saved/$id" params={{ id: search.definition }}>
              look at it
            </Link>
          ) : (
            <Link to="/schedules/$id" params={{ id: search.schedule ?? "" }}>
              look at it
            </Link>
          )}
          , or <Link to="/runs">see all runs</Link>.
        </p>
      )}
      {runs.error && (
        <Notice
          tone="bad"
          title="The list could not be read"
          action={
            <Button variant="default" onClick={() => void runs.refetch()}>
              Try again
            </Button>
          }
        >
          {inWords(runs.error)}
        </Notice>
      )}
      {runs.isPending && <Waiting />}
      {runs.data && found.length === 0 && (
        <EmptyState
          title={narrowed ? "No run fits that" : "No report was asked for yet"}
          action={
            narrowed ? (
              <Button
                variant="default"
                onClick={() => void navigate({ search: {}, replace: true })}
              >
                Show all runs
              </Button>
            ) : (
              mayAsk && (
                <Button component={Link} to="/new">
                  Make the first one
                </Button>
              )
            )
          }
        >
          {narrowed
            ? "Take a filter away, or search for something else."
            : "Whatever is asked for, here, over the API or by a schedule, is listed here."}
        </EmptyState>
      )}
      {found.length > 0 && (
        <RunList
          runs={found}
          more={runs.hasNextPage}
          onMore={() => void runs.fetchNextPage()}
          loading={runs.isFetchingNextPage}
        />
      )}
    </>
  );
}
