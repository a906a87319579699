import { Skeleton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, skipToken, useQuery } from "@tanstack/react-query";

import { answered, api, type Schemas } from "../../api/client";
import { inWords } from "../../api/problems";
import { Chart } from "../../features/charts/Chart";
import { type DocumentTable, tablesOf } from "../../features/document/document";
import { figure } from "../../features/document/figures";
import { Tiles } from "../../features/document/Tiles";
import { days } from "../../parts/moments";
import { Notice } from "../../parts/Notice";
import classes from "./Preview.module.css";

const PAUSE_MS = 500;
const SENTENCES = 3;

/** What the report would say, as it is put together; one that is superseded is given up. */
export function Preview({ of }: { of: Schemas["DocumentBody"] | undefined }) {
  const [asked] = useDebouncedValue(of, PAUSE_MS);
  const preview = useQuery({
    queryKey: ["preview", asked],
    queryFn: asked
      ? ({ signal }) => answered(api.POST("/api/v1/previews", { body: asked, signal }))
      : skipToken,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
  });
  const stale = preview.isFetching || JSON.stringify(asked) !== JSON.stringify(of);
  return (
    <section className={classes.preview} aria-labelledby="preview" aria-busy={stale}>
      <h2 id="preview" className={classes.title}>
        Preview
      </h2>
      {of === undefined ? (
        <p className={classes.quiet}>Choose the first and the last day to see what it would say.</p>
      ) : preview.error ? (
        <Notice tone="wait" title="There is no preview">
          {inWords(preview.error)}
        </Notice>
      ) : preview.data === undefined ? (
        <Skeleton h={280} role="status" aria-label="Reading the preview" />
      ) : (
        <div className={classes.content} data-stale={stale || undefined}>
          <Glance document={preview.data} />
        </div>
      )}
    </section>
  );
}

/** Its first sentences, figures and chart, and how much else there would be. */
function Glance({ document }: { document: Schemas["ReportDocument"] }) {
  const chart = document.sections.flatMap((section) => section.charts ?? [])[0];
  const { first_day: from, last_day: to } = document.period;
  const before = document.previous_period;
  return (
    <>
      <p className={classes.quiet}>{days(from, to)}</p>
      {document.summary.slice(0, SENTENCES).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <Tiles
        kpis={document.kpis}
        before={{ first_day: before.first_day, last_day: before.last_day }}
      />
      {chart && (
        <Chart
          title={chart.title}
          alternative={chart.alternative_text}
          specification={chart.specification}
        />
      )}
      <p className={classes.quiet}>
        {tablesOf(document)
          .map((table) => `${table.title}: ${figure(rowsOf(table))} rows`)
          .join(" · ")}
      </p>
    </>
  );
}

function rowsOf(table: DocumentTable): number {
  return table.available_rows ?? table.stored?.count ?? table.rows.length;
}
