import { Button, Pagination } from "@mantine/core";
import { ReloadIcon } from "@radix-ui/react-icons";
import { Link } from "@tanstack/react-router";

import type { Run, Schemas } from "../../api/client";
import type { RunSearch } from "../../app/router";
import { figure } from "../../features/document/figures";
import { useRunActions } from "../../features/runs/useRunActions";
import { EmptyState } from "../../parts/EmptyState";
import { Choice, Filters, SearchField } from "../../parts/Filters";
import { languageName } from "../../parts/languages";
import { Notice } from "../../parts/Notice";
import { SLICE_STATUSES, statusWord } from "../../parts/statuses";
import { StatusMark } from "../../parts/StatusMark";
import { BurstSums } from "./BurstSums";
import { PartFiles } from "./PartFiles";
import { canBeMadeAgain, type Slice, slicePage, slicesFound, sliceWords } from "./slices";
import classes from "./Slices.module.css";

const WORTH_FILTERING = 5;

interface Props {
  run: Run;
  burst: Schemas["BurstView"];
  search: RunSearch;
  onSearch: (changed: Partial<RunSearch>) => void;
}

/** The parts of a burst's report: who gets which, and what became of each. */
export function Slices({ run, burst, search, onSearch }: Props) {
  const slices = run.slices ?? [];
  const { shown, page, pages } = slicePage(slicesFound(slices, search), Number(search.page ?? 1));
  if (slices.length === 0) {
    return (
      <EmptyState title="No part was made yet">
        {burst.recipients > 0
          ? `${figure(burst.recipients)} recipients each get theirs once the data are read.`
          : "A query names the recipients; it is asked together with the data."}
      </EmptyState>
    );
  }
  return (
    <>
      <MakeAgain run={run} failed={burst.slices.failed ?? 0} />
      <BurstSums run={run} burst={burst} />
      {slices.length > WORTH_FILTERING && (
        <Filters of="Parts">
          <SearchField
            label="Part or recipient"
            placeholder="A name in a part, or a recipient"
            value={search.q}
            onSearch={(q) => onSearch({ q, page: undefined })}
          />
          <Choice
            label="Status"
            none="Any status"
            data={SLICE_STATUSES.filter((status) => burst.slices[status]).map((status) => ({
              value: status,
              label: `${statusWord(status)} (${figure(burst.slices[status] ?? 0)})`,
            }))}
            value={search.status}
            onChange={(value) =>
              onSearch({
                status: SLICE_STATUSES.find((status) => status === value),
                page: undefined,
              })
            }
          />
        </Filters>
      )}
      {shown.length === 0 && (
        <EmptyState
          title="No part fits that"
          action={
            <Button
              variant="default"
              onClick={() => onSearch({ q: undefined, status: undefined, page: undefined })}
            >
              Show all parts
            </Button>
          }
        />
      )}
      {shown.length > 0 && (
        <ul className={classes.list} aria-label="Parts">
          {shown.map((slice) => (
            <Row key={slice.id} run={run} slice={slice} />
          ))}
        </ul>
      )}
      {pages > 1 && (
        <Pagination
          className={classes.pages}
          total={pages}
          value={page}
          onChange={(chosen) => onSearch({ page: chosen === 1 ? undefined : String(chosen) })}
          getItemProps={(number) => ({ "aria-label": `Page ${number}` })}
          getControlProps={(control) => ({ "aria-label": CONTROLS[control] })}
        />
      )}
    </>
  );
}

const CONTROLS = {
  first: "First page",
  previous: "Page before",
  next: "Next page",
  last: "Last page",
} as const;

function MakeAgain({ run, failed }: { run: Run; failed: number }) {
  const { retry, own } = useRunActions(run);
  if (!canBeMadeAgain(run)) return null;
  return (
    <div className={classes.again}>
      <Notice
        tone="bad"
        title={
          failed === 1 ? "One part could not be made" : `${figure(failed)} parts could not be made`
        }
        action={
          own && (
            <Button
              size="xs"
              leftSection={<ReloadIcon aria-hidden />}
              loading={retry.isPending}
              onClick={() => retry.mutate()}
            >
              Make again
            </Button>
          )
        }
      >
        Their recipients got nothing. A report of its own makes them again, for these recipients
        alone, from the data as they are then.
      </Notice>
    </div>
  );
}

function Row({ run, slice }: { run: Run; slice: Slice }) {
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <span className={classes.name}>{sliceWords(slice)}</span>
        <span className={classes.quiet}>
          Part {figure(slice.number)}
          {slice.counted !== null &&
            run.burst?.sums &&
            `, ${figure(slice.counted)} ${run.burst.sums.counted}`}
          {slice.language !== run.language && `, ${languageName(slice.language)}`}
        </span>
        {slice.error && <span className={classes.reason}>{slice.error.message}</span>}
      </div>
      <div className={classes.status}>
        <StatusMark status={slice.status} />
      </div>
      <PartFiles run={run} slice={slice} />
      <Recipients slice={slice} />
    </li>
  );
}

/** How many recipients of a part are shown at once. */
const AT_ONCE = 4;

function Recipients({ slice }: { slice: Slice }) {
  const others = slice.deliveries.slice(AT_ONCE);
  return (
    <div className={classes.recipients}>
      <RecipientList deliveries={slice.deliveries.slice(0, AT_ONCE)} />
      {others.length > 0 && (
        <details>
          <summary>and {figure(others.length)} more</summary>
          <RecipientList deliveries={others} />
        </details>
      )}
    </div>
  );
}

function RecipientList({ deliveries }: { deliveries: Slice["deliveries"] }) {
  return (
    <ul>
      {deliveries.map((delivery) => (
        <li key={delivery.id}>
          <Link to="/deliveries/$id" params={{ id: delivery.id }}>
            {delivery.to}
          </Link>{" "}
          <StatusMark status={delivery.status} />
        </li>
      ))}
    </ul>
  );
}
