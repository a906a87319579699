import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";

import type { Schemas } from "../../api/client";
import type { DocumentTable as TableOfDocument } from "./document";
import { afterPaint } from "../../parts/after-paint";
import { exact } from "../../parts/moments";
import { Chart } from "../charts/Chart";
import classes from "./DocumentView.module.css";
import { Tiles } from "./Tiles";

// What is seen first is the words, the figures and mostly a chart.
const DocumentTable = lazy(async () => {
  await afterPaint();
  return { default: (await import("../tables/DocumentTable")).DocumentTable };
});
const StoredTable = lazy(async () => {
  await afterPaint();
  return { default: (await import("../tables/StoredTable")).StoredTable };
});

type ReportDocument = Schemas["ReportDocument"];

interface Props {
  runId: string;
  document: ReportDocument;
}

/** A report on the screen: the same words, figures and charts as in its files. */
export function DocumentView({ runId, document }: Props) {
  const zone = document.period.timezone;
  return (
    <article className={classes.report} lang={document.language ?? "en"}>
      <section aria-labelledby="summary">
        <h2 id="summary" className="unseen">
          Executive summary
        </h2>
        {document.summary.map((sentence, index) => (
          <p key={sentence} className={index === 0 ? classes.lead : classes.sentence}>
            {sentence}
          </p>
        ))}
      </section>
      {document.kpis.length > 0 && (
        <section aria-labelledby="figures">
          <h2 id="figures" className="unseen">
            Key figures
          </h2>
          <Tiles
            kpis={document.kpis}
            before={{
              first_day: document.previous_period.first_day,
              last_day: document.previous_period.last_day,
            }}
          />
        </section>
      )}
      {document.sections.map((section) => (
        <section key={section.title} className={classes.section}>
          <h2>{section.title}</h2>
          {section.text?.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
          {section.charts?.map((chart) => (
            <Chart
              key={chart.name}
              title={chart.title === section.title ? "" : chart.title}
              alternative={chart.alternative_text}
              specification={chart.specification}
              narrows={chart.narrows}
            />
          ))}
          {section.tables?.map((table: TableOfDocument) => (
            <Suspense key={table.name} fallback={<Skeleton mt="md" h={roomOf(table)} />}>
              {table.stored ? (
                <StoredTable
                  runId={runId}
                  table={table}
                  timeZone={zone}
                  titled={table.title !== section.title}
                />
              ) : (
                <DocumentTable
                  table={table}
                  rows={table.rows}
                  timeZone={zone}
                  titled={table.title !== section.title}
                />
              )}
            </Suspense>
          ))}
        </section>
      ))}
      {document.notes !== undefined && document.notes.length > 0 && (
        <section className={classes.notes}>
          <h2>Notes</h2>
          {document.notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </section>
      )}
      <footer className={classes.foot}>
        Data as of {exact(new Date(document.as_of), zone)} · generated{" "}
        {exact(new Date(document.generated_at), zone)}
      </footer>
    </article>
  );
}

const ROW_HEIGHT = 36;
const TALLEST = 580;

/** Pixels that the table is going to take, more or less. */
function roomOf(table: TableOfDocument): number {
  return Math.min((table.rows.length + 3) * ROW_HEIGHT, TALLEST);
}
