import { ActionIcon, Button, Menu, Tabs } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  CalendarIcon,
  DotsHorizontalIcon,
  PaperPlaneIcon,
  ReloadIcon,
  StopIcon,
} from "@radix-ui/react-icons";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";

import type { Run } from "../../api/client";
import { runQuery } from "../../api/queries";
import { Trail } from "../../features/drilling/Trail";
import { trailOf } from "../../features/drilling/trail";
import { Files } from "../../features/runs/Files";
import { occasionWords } from "../../features/runs/occasions";
import { Progress } from "../../features/runs/Progress";
import { useReportTitle } from "../../features/runs/report-names";
import { useRunActions } from "../../features/runs/useRunActions";
import { SendTo } from "../../features/sending/SendTo";
import { Share } from "../../features/sharing/Share";
import { Moment } from "../../parts/Moment";
import { days } from "../../parts/moments";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { StatusMark } from "../../parts/StatusMark";
import { isFinal } from "../../parts/statuses";
import { Waiting } from "../../parts/Waiting";
import { Report } from "./Report";
import classes from "./RunPage.module.css";

const History = lazy(async () => ({ default: (await import("./History")).History }));
const Slices = lazy(async () => ({ default: (await import("./Slices")).Slices }));

const route = getRouteApi("/inside/runs/$id");

/** A report: its progress while it is made, then what it says and what happened to it. */
export function RunPage() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const { tab, trail, compare } = search;
  const navigate = useNavigate({ from: "/runs/$id" });
  const { data: run } = useSuspenseQuery(runQuery(id));
  const titleOf = useReportTitle();
  const title = titleOf(run.type);

  return (
    <>
      <PageHeader
        title={title}
        above={<Trail run={run} trail={trailOf(trail)} />}
        about={
          <>
            <p className={classes.period}>{days(run.period.from, run.period.to)}</p>
            <p className={classes.facts}>
              <StatusMark status={run.status} />
              <span>
                {occasionWords(run)} <Moment at={run.created_at} />
              </span>
              <span>days in {run.period.timezone}</span>
            </p>
          </>
        }
        actions={<Actions run={run} />}
      />
      {!isFinal(run.status) && (
        <div className={classes.progress}>
          <Progress run={run} />
        </div>
      )}
      <Ended run={run} />
      <Tabs
        value={tab ?? (run.snapshot ? "report" : "timeline")}
        onChange={(value) =>
          void navigate({
            search: (before) => ({
              ...before,
              tab: value === "timeline" || value === "parts" ? value : undefined,
              status: undefined,
              q: undefined,
              page: undefined,
            }),
            replace: true,
          })
        }
        keepMounted={false}
        className={classes.tabs}
      >
        <Tabs.List className={classes.list}>
          <Tabs.Tab value="report" disabled={run.snapshot === null}>
            Report
          </Tabs.Tab>
          {run.burst && <Tabs.Tab value="parts">Parts</Tabs.Tab>}
          <Tabs.Tab value="timeline">What happened</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="report" pt="xl">
          <Report
            run={run}
            trail={trailOf(trail)}
            compare={compare}
            onCompare={(id) => void navigate({ search: (now) => ({ ...now, compare: id }) })}
          />
        </Tabs.Panel>
        {run.burst && (
          <Tabs.Panel value="parts" pt="xl">
            <Suspense fallback={<Waiting />}>
              <Slices
                run={run}
                burst={run.burst}
                search={search}
                onSearch={(changed) =>
                  void navigate({ search: (now) => ({ ...now, ...changed }), replace: true })
                }
              />
            </Suspense>
          </Tabs.Panel>
        )}
        <Tabs.Panel value="timeline" pt="xl">
          <Suspense fallback={<Waiting />}>
            <History run={run} />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function Actions({ run }: { run: Run }) {
  const { cancel, retry, mayCancel, mayRetry, mayAsk, maySend } = useRunActions(run);
  const [sending, { open, close }] = useDisclosure();
  const final = isFinal(run.status);
  return (
    <>
      {mayCancel && (
        <Button
          variant="default"
          leftSection={<StopIcon aria-hidden />}
          loading={cancel.isPending}
          onClick={() => cancel.mutate()}
        >
          Cancel
        </Button>
      )}
      {mayRetry && (
        <Button
          leftSection={<ReloadIcon aria-hidden />}
          loading={retry.isPending}
          onClick={() => retry.mutate()}
        >
          Try again
        </Button>
      )}
      {mayAsk && final && (
        <Button
          variant="default"
          component={Link}
          to="/schedules/new"
          search={{ like: run.id } as never}
          leftSection={<CalendarIcon aria-hidden />}
        >
          Schedule…
        </Button>
      )}
      {maySend && run.artifacts.length > 0 && (
        <>
          <Button variant="default" leftSection={<PaperPlaneIcon aria-hidden />} onClick={open}>
            Send…
          </Button>
          <SendTo run={run} opened={sending} onClose={close} />
        </>
      )}
      {mayAsk && <Share run={run} />}
      <Files run={run} />
      {(run.snapshot || (mayAsk && final)) && (
        <Menu position="bottom-end" width={200}>
          <Menu.Target>
            <ActionIcon variant="default" size="input-sm" aria-label="More about this report">
              <DotsHorizontalIcon />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {run.snapshot && <Menu.Item onClick={() => window.print()}>Print</Menu.Item>}
            {mayAsk && final && (
              <Menu.Item
                component={Link}
                to="/new"
                search={{ type: run.type, like: run.id } as never}
              >
                Ask again…
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}

/** Why there is no report, in words first. */
function Ended({ run }: { run: Run }) {
  if (run.status === "failed" && run.error) {
    return (
      <Notice tone="bad" title="This report could not be made">
        <p className={classes.reason}>{run.error.message}</p>
        <details className={classes.details}>
          <summary>Details</summary>
          {run.error.code}, in the stage “{run.error.stage}” of the {run.error.service}
        </details>
      </Notice>
    );
  }
  if (run.status === "skipped") {
    return (
      <Notice tone="plain" title="Not sent: its condition did not hold">
        {run.decision?.figure}
      </Notice>
    );
  }
  if (run.status === "cancelled") {
    return <Notice tone="plain" title="This report was cancelled" />;
  }
  return null;
}
