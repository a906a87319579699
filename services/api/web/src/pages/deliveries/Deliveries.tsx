import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";

import { channelsQuery, deliveriesQuery, type Delivery } from "../../api/ledger";
import { inWords } from "../../api/problems";
import { sessionQuery } from "../../api/queries";
import type { DeliveriesSearch } from "../../app/router";
import { useReportTitle } from "../../features/runs/report-names";
import { EmptyState } from "../../parts/EmptyState";
import { Choice, Filters, SearchField } from "../../parts/Filters";
import { Moment } from "../../parts/Moment";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { statusWord } from "../../parts/statuses";
import { StatusMark } from "../../parts/StatusMark";
import { Waiting } from "../../parts/Waiting";
import classes from "./Deliveries.module.css";

const route = getRouteApi("/inside/deliveries");

export const STATUSES = [
  "pending",
  "sending",
  "deferred",
  "sent",
  "uncertain",
  "bounced",
  "suppressed",
  "failed",
  "cancelled",
] as const;

/** What was sent to whom, and what became of it. */
export function Deliveries() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/deliveries" });
  const { data: session } = useSuspenseQuery(sessionQuery);
  const mayChannels = session.signed_in?.role !== "viewer";
  const { data: channels } = useQuery({ ...channelsQuery, enabled: mayChannels });
  const deliveries = useInfiniteQuery({
    ...deliveriesQuery(search),
    placeholderData: (previous) => previous,
  });
  const found = deliveries.data?.pages.flatMap((page) => page.items) ?? [];
  const narrowed = Object.values(search).some((value) => value !== undefined);

  const change = (changed: Partial<DeliveriesSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true });

  return (
    <>
      <PageHeader
        title="Deliveries"
        about="What was sent to whom, and what became of it."
        actions={
          <>
            {session.signed_in?.role === "admin" && (
              <Button variant="default" component={Link} to="/administration/recipients">
                Addresses that get no mail
              </Button>
            )}
            <Button variant="default" component={Link} to="/schedules/why">
              Why did I (not) get it?
            </Button>
          </>
        }
      />
      <Filters of="Deliveries">
        <SearchField
          label="Recipient"
          placeholder="The recipient's whole address"
          value={search.recipient}
          onSearch={(recipient) => change({ recipient })}
          pause={400}
        />
        <Choice
          label="Status"
          none="Any status"
          data={STATUSES.map((status) => ({ value: status, label: statusWord(status) }))}
          value={search.status}
          onChange={(value) => change({ status: STATUSES.find((status) => status === value) })}
        />
        {mayChannels && (
          <Choice
            label="Channel"
            none="Any channel"
            data={(channels ?? []).map((each) => ({ value: each.name, label: each.title }))}
            value={search.channel}
            onChange={(value) => change({ channel: value })}
          />
        )}
      </Filters>
      {search.run && (
        <p className={classes.quiet}>
          Of one run alone:{" "}
          <Link to="/runs/$id" params={{ id: search.run }}>
            look at it
          </Link>
          , or <Link to="/deliveries">see all deliveries</Link>.
        </p>
      )}
      {deliveries.error && (
        <Notice tone="bad" title="The list could not be read">
          {inWords(deliveries.error)}
        </Notice>
      )}
      {deliveries.isPending && <Waiting />}
      {deliveries.data && found.length === 0 && (
        <EmptyState
          title={narrowed ? "No delivery fits that" : "Nothing was sent yet"}
          action={
            narrowed ? (
              <Button
                variant="default"
                onClick={() => void navigate({ search: {}, replace: true })}
              >
                Show all deliveries
              </Button>
            ) : undefined
          }
        >
          {narrowed
            ? "Take a filter away, or write the recipient's address in full."
            : "Reports with recipients, asked for or scheduled, are listed here as they go out."}
        </EmptyState>
      )}
      {found.length > 0 && (
        <ul className={classes.list} aria-label="Deliveries">
          {found.map((delivery) => (
            <Row key={delivery.id} delivery={delivery} />
          ))}
        </ul>
      )}
      {deliveries.hasNextPage && (
        <Button
          variant="default"
          mt="md"
          loading={deliveries.isFetchingNextPage}
          onClick={() => void deliveries.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </>
  );
}

function Row({ delivery }: { delivery: Delivery }) {
  const titleOf = useReportTitle();
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <Link to="/deliveries/$id" params={{ id: delivery.id }} className={classes.title}>
          {delivery.to}
        </Link>
        <span className={classes.quiet}>
          {titleOf(delivery.type)}, by {delivery.channel}
        </span>
        {delivery.status !== "sent" && delivery.answer && (
          <span className={classes.answer}>{delivery.answer}</span>
        )}
      </div>
      <div className={classes.status}>
        <StatusMark status={delivery.status} />
      </div>
      <div className={classes.when}>
        <Moment at={delivery.finished_at ?? delivery.created_at} />
        {delivery.next_attempt_at && (
          <span className={classes.quiet}>
            again <Moment at={delivery.next_attempt_at} />
          </span>
        )}
      </div>
      <div className={classes.tries}>{triesWords(delivery)}</div>
    </li>
  );
}

function triesWords(delivery: Delivery): string {
  const tries = delivery.attempts === 1 ? "1 attempt" : `${delivery.attempts} attempts`;
  return delivery.resends > 0 ? `${tries}, sent again ${delivery.resends}×` : tries;
}
