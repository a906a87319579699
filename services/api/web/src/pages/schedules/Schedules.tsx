import { Button } from "@mantine/core";
import { PlusIcon } from "@radix-ui/react-icons";
import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";

import { schedulePagesQuery } from "../../api/planning";
import { inWords } from "../../api/problems";
import { sessionQuery } from "../../api/queries";
import type { SchedulesSearch } from "../../app/router";
import { EmptyState } from "../../parts/EmptyState";
import { Choice, Filters, SearchField } from "../../parts/Filters";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { statusWord } from "../../parts/statuses";
import { Waiting } from "../../parts/Waiting";
import { ScheduleRow } from "./ScheduleRow";
import classes from "./Schedules.module.css";

const route = getRouteApi("/inside/schedules");

export const STATES = ["active", "paused", "held", "disabled", "ended"] as const;

/** Every schedule: when it acts next, how it stands, and what became of it last. */
export function Schedules() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/schedules" });
  const { data: session } = useSuspenseQuery(sessionQuery);
  const schedules = useInfiniteQuery({
    ...schedulePagesQuery({ state: search.state, owner: search.owner, q: search.q }),
    placeholderData: (previous) => previous,
  });
  const found = schedules.data?.pages.flatMap((page) => page.items) ?? [];
  const narrowed = Object.values(search).some((value) => value !== undefined);
  const maySave = session.signed_in?.role !== "viewer";

  const change = (changed: Partial<SchedulesSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true });

  const newOne = maySave && (
    <Button component={Link} to="/schedules/new" leftSection={<PlusIcon aria-hidden />}>
      New schedule
    </Button>
  );

  return (
    <>
      <PageHeader
        title="Schedules"
        about="Reports that are made and sent by themselves."
        actions={
          <>
            <Button variant="default" component={Link} to="/schedules/why">
              Why did I (not) get it?
            </Button>
            {newOne}
          </>
        }
      />
      <Filters of="Schedules">
        <SearchField
          label="Search"
          placeholder="Name of the schedule or its report"
          value={search.q}
          onSearch={(q) => change({ q })}
        />
        <Choice
          label="State"
          none="Any state"
          data={STATES.map((state) => ({ value: state, label: statusWord(state) }))}
          value={search.state}
          onChange={(value) => change({ state: STATES.find((state) => state === value) })}
        />
        <Choice
          label="Owner"
          none="Anybody's"
          data={[{ value: session.signed_in?.sub ?? "", label: "Mine" }]}
          value={search.owner}
          onChange={(value) => change({ owner: value })}
        />
      </Filters>
      {schedules.error && (
        <Notice tone="bad" title="The list could not be read">
          {inWords(schedules.error)}
        </Notice>
      )}
      {schedules.isPending && <Waiting />}
      {schedules.data && found.length === 0 && (
        <EmptyState
          title={narrowed ? "No schedule fits that" : "Nothing is scheduled yet"}
          action={
            narrowed ? (
              <Button
                variant="default"
                onClick={() => void navigate({ search: {}, replace: true })}
              >
                Show all schedules
              </Button>
            ) : (
              newOne
            )
          }
        >
          {narrowed
            ? "Take a filter away, or search for something else."
            : "A schedule has a report made every Monday, on the last day of a month, or whenever you like, and sends it to whom you name."}
        </EmptyState>
      )}
      {found.length > 0 && (
        <ul className={classes.list} aria-label="Schedules">
          {found.map((schedule) => (
            <ScheduleRow key={schedule.id} schedule={schedule} />
          ))}
        </ul>
      )}
      {schedules.hasNextPage && (
        <Button
          variant="default"
          mt="md"
          loading={schedules.isFetchingNextPage}
          onClick={() => void schedules.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </>
  );
}
