import { ActionIcon, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { DotsHorizontalIcon } from "@radix-ui/react-icons";
import { Link } from "@tanstack/react-router";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, useCallback, useEffect, useRef } from "react";

import type { RunSummary } from "../../api/client";
import { downloadPath, formatName } from "../../features/runs/Files";
import { occasionWords } from "../../features/runs/occasions";
import { useReportTitle } from "../../features/runs/report-names";
import { useRunActions } from "../../features/runs/useRunActions";
import { SendTo } from "../../features/sending/SendTo";
import { Moment } from "../../parts/Moment";
import { days, duration } from "../../parts/moments";
import { isFinal } from "../../parts/statuses";
import { StatusMark } from "../../parts/StatusMark";
import classes from "./RunList.module.css";

interface Props {
  runs: readonly RunSummary[];
  more: boolean;
  onMore: () => void;
  loading: boolean;
}

const ROW_HEIGHT = 66;
/** How many rows before the end the next page is asked for. */
const AHEAD = 30;

/** Runs one below the other; of however many, only those in sight are drawn. */
export function RunList({ runs, more, onMore, loading }: Props) {
  const list = useRef<HTMLDivElement>(null);
  // The same function until the runs are others: else all of them are measured anew each time.
  const keyOf = useCallback((index: number) => runs[index]?.id ?? index, [runs]);
  const virtual = useWindowVirtualizer({
    count: runs.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    scrollMargin: list.current?.offsetTop ?? 0,
    getItemKey: keyOf,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (more && !loading && last >= runs.length - AHEAD) onMore();
  }, [more, loading, last, runs.length, onMore]);

  return (
    <div
      ref={list}
      role="list"
      aria-label="Runs"
      className={classes.list}
      style={{ height: virtual.getTotalSize() }}
    >
      {items.map((item) => {
        const run = runs[item.index];
        if (run === undefined) return null;
        return (
          <div
            key={item.key}
            role="listitem"
            aria-setsize={more ? -1 : runs.length}
            aria-posinset={item.index + 1}
            data-index={item.index}
            ref={virtual.measureElement}
            className={classes.place}
            style={{ transform: `translateY(${item.start - virtual.options.scrollMargin}px)` }}
          >
            <Row run={run} />
          </div>
        );
      })}
    </div>
  );
}

/** Drawn anew when its run changes, and not with each turn of the wheel. */
const Row = memo(function Row({ run }: { run: RunSummary }) {
  const titleOf = useReportTitle();
  return (
    <div className={classes.row}>
      <div className={classes.what}>
        <Link to="/runs/$id" params={{ id: run.id }} className={classes.title}>
          {titleOf(run.type)}
        </Link>
        <span className={classes.period}>{days(run.period.from, run.period.to)}</span>
        {run.error && <span className={classes.reason}>{run.error.message}</span>}
      </div>
      <div className={classes.status}>
        <StatusMark status={run.status} />
      </div>
      <div className={classes.who}>
        <Moment at={run.created_at} />
        <span className={classes.occasion}>{occasionWords(run)}</span>
      </div>
      <div className={classes.took}>{took(run)}</div>
      <RowMenu run={run} />
    </div>
  );
});

function RowMenu({ run }: { run: RunSummary }) {
  const { cancel, retry, mayCancel, mayRetry, mayAsk, maySend } = useRunActions(run);
  const titleOf = useReportTitle();
  const [sending, { open, close }] = useDisclosure();
  return (
    <>
      {/* Only while it is open: a list has hundreds of rows. */}
      {sending && <SendTo run={run} opened onClose={close} />}
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`More about ${titleOf(run.type)}, ${days(run.period.from, run.period.to)}`}
          >
            <DotsHorizontalIcon />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {mayCancel && <Menu.Item onClick={() => cancel.mutate()}>Cancel</Menu.Item>}
          {mayRetry && <Menu.Item onClick={() => retry.mutate()}>Try again</Menu.Item>}
          {mayAsk && (
            <Menu.Item
              component={Link}
              to="/new"
              search={{ type: run.type, like: run.id } as never}
            >
              Ask again…
            </Menu.Item>
          )}
          {mayAsk && isFinal(run.status) && (
            <Menu.Item component={Link} to="/schedules/new" search={{ like: run.id } as never}>
              Schedule…
            </Menu.Item>
          )}
          {maySend && <Menu.Item onClick={open}>Send…</Menu.Item>}
          {run.status === "completed" &&
            run.formats.map((format) => (
              <Menu.Item key={format} component="a" href={downloadPath(run.id, format)} download>
                Download {formatName(format)}
              </Menu.Item>
            ))}
          <Menu.Item component={Link} to={`/runs/${run.id}?tab=timeline`}>
            What happened
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

function took(run: RunSummary): string {
  if (run.completed_at === null) return "";
  return duration(new Date(run.completed_at).getTime() - new Date(run.created_at).getTime());
}
