import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";

import type { Run, Schemas } from "../../api/client";
import { inWords } from "../../api/problems";
import { documentQuery, runQuery } from "../../api/queries";
import comparingClasses from "../../features/comparing/Compared.module.css";
import { OtherRun } from "../../features/comparing/OtherRun";
import { DocumentView } from "../../features/document/DocumentView";
import { DrillingContext } from "../../features/drilling/drilling";
import { useDrilling } from "../../features/drilling/useDrilling";
import { days, exact } from "../../parts/moments";
import { Notice } from "../../parts/Notice";
import classes from "./RunPage.module.css";

const ComparedView = lazy(async () => ({
  default: (await import("../../features/comparing/ComparedView")).ComparedView,
}));

interface Props {
  run: Run;
  /** The reports that it was opened from. */
  trail: readonly string[];
  /** The run that it is compared with. */
  compare: string | undefined;
  onCompare: (id: string | undefined) => void;
}

/** What a run says, by itself or beside another one. */
export function Report({ run, trail, compare, onCompare }: Props) {
  const drilling = useDrilling(run, trail);
  const document = useQuery({ ...documentQuery(run.id), enabled: run.snapshot !== null });
  if (document.error) {
    return (
      <Notice tone="bad" title="What the report says cannot be shown">
        {inWords(document.error)}
      </Notice>
    );
  }
  if (document.data === undefined) {
    return <Skeleton h={480} role="status" aria-label="Reading the report" />;
  }
  const before = document.data.previous_period;
  return (
    <>
      <div className={comparingClasses.choice}>
        <p className={classes.provenance}>
          Data as of {exact(new Date(document.data.as_of), run.period.timezone)} · compared with{" "}
          {days(before.first_day, before.last_day)} · snapshot{" "}
          <code title={run.snapshot?.sha256}>{run.snapshot?.sha256.slice(0, 12)}</code>
        </p>
        <OtherRun run={run} value={compare} onChange={onCompare} />
      </div>
      {compare === undefined ? (
        <DrillingContext value={drilling}>
          <DocumentView runId={run.id} document={document.data} />
        </DrillingContext>
      ) : (
        <BesideAnother run={run} document={document.data} other={compare} />
      )}
    </>
  );
}

function BesideAnother(props: { run: Run; document: Schemas["ReportDocument"]; other: string }) {
  const other = useQuery(runQuery(props.other));
  const document = useQuery(documentQuery(props.other));
  const error = other.error ?? document.error;
  if (error) {
    return (
      <Notice tone="bad" title="The other report cannot be shown">
        {inWords(error)}
      </Notice>
    );
  }
  if (!other.data || !document.data) {
    return <Skeleton h={480} role="status" aria-label="Reading the other report" />;
  }
  if (other.data.type !== props.run.type) {
    return (
      <Notice tone="bad" title="The other report is of another type">
        Choose a run of the same type above.
      </Notice>
    );
  }
  return (
    <Suspense fallback={<Skeleton h={480} aria-label="Reading the other report" />}>
      <ComparedView
        now={{ run: props.run, document: props.document }}
        then={{ run: other.data, document: document.data }}
      />
    </Suspense>
  );
}
