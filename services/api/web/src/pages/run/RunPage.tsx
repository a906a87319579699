import { Anchor, Button, Skeleton, Tabs } from "@mantine/core";
import { CopyIcon, ReloadIcon, StopIcon } from "@radix-ui/react-icons";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";

import type { Run } from "../../api/client";
import { inWords } from "../../api/problems";
import { documentQuery, runQuery } from "../../api/queries";
import { DocumentView } from "../../features/document/DocumentView";
import { Files } from "../../features/runs/Files";
import { occasionWords } from "../../features/runs/occasions";
import { Progress } from "../../features/runs/Progress";
import { useReportTitle } from "../../features/runs/report-names";
import { useRunActions } from "../../features/runs/useRunActions";
import { Moment } from "../../parts/Moment";
import { days, exact } from "../../parts/moments";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { StatusMark } from "../../parts/StatusMark";
import { isFinal } from "../../parts/statuses";
import { History } from "./History";
import classes from "./RunPage.module.css";

const route = getRouteApi("/inside/runs/$id");

/** A report: its progress while it is made, then what it says and what happened to it. */
export function RunPage() {
  const { id } = route.useParams();
  const { tab } = route.useSearch();
  const navigate = useNavigate({ from: "/runs/$id" });
  const { data: run } = useSuspenseQuery(runQuery(id));
  const titleOf = useReportTitle();
  const title = titleOf(run.type);

  return (
    <>
      <PageHeader
        title={title}
        above={
          <Anchor component={Link} to="/runs">
            Runs
          </Anchor>
        }
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
            search: { tab: value === "timeline" ? "timeline" : undefined },
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
          <Tabs.Tab value="timeline">What happened</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="report" pt="xl">
          <Report run={run} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline" pt="xl">
          <History run={run} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function Actions({ run }: { run: Run }) {
  const { cancel, retry, mayCancel, mayRetry, mayAsk } = useRunActions(run);
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
      {mayAsk && isFinal(run.status) && (
        <Button
          variant="default"
          component={Link}
          to="/new"
          search={{ type: run.type, like: run.id } as never}
          leftSection={<CopyIcon aria-hidden />}
        >
          Ask again…
        </Button>
      )}
      {run.snapshot && (
        <Button variant="default" onClick={() => window.print()}>
          Print
        </Button>
      )}
      <Files run={run} />
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

function Report({ run }: { run: Run }) {
  const document = useQuery({ ...documentQuery(run.id), enabled: run.snapshot !== null });
  if (document.error) {
    return (
      <Notice tone="bad" title="What the report says cannot be shown">
        {inWords(document.error)}
      </Notice>
    );
  }
  if (document.data === undefined) {
    return <Skeleton h={480} aria-label="Reading the report" />;
  }
  return (
    <>
      <p className={classes.provenance}>
        Data as of {exact(new Date(document.data.as_of), run.period.timezone)} · compared with{" "}
        {days(document.data.previous_period.first_day, document.data.previous_period.last_day)} ·
        snapshot <code title={run.snapshot?.sha256}>{run.snapshot?.sha256.slice(0, 12)}</code>
      </p>
      <DocumentView runId={run.id} document={document.data} />
    </>
  );
}
