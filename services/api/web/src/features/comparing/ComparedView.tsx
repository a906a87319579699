import type { Run, Schemas } from "../../api/client";
import { days, exact } from "../../parts/moments";
import { Chart } from "../charts/Chart";
import { type DocumentTable as Table, tablesOf } from "../document/document";
import viewClasses from "../document/DocumentView.module.css";
import { differenceOf, partWords } from "../drilling/narrowing";
import { DocumentTable } from "../tables/DocumentTable";
import { figure } from "../document/figures";
import classes from "./Compared.module.css";
import { inColoursOf } from "./colours";
import { comparedKpis, comparedTable, onlyEarlier } from "./compared";
import { ComparedKpis } from "./ComparedKpis";
import { ComparedRows } from "./ComparedRows";

type ReportDocument = Schemas["ReportDocument"];

interface Props {
  now: { run: Run; document: ReportDocument };
  then: { run: Run; document: ReportDocument };
}

/** A report beside an earlier one: figures with what they were, charts and other tables side by side. */
export function ComparedView({ now, then }: Props) {
  const missing = onlyEarlier(now.document, then.document);
  const charts = then.document.sections.flatMap((section) => section.charts ?? []);
  const tables = tablesOf(then.document);
  const title = (run: Run) => days(run.period.from, run.period.to);
  const named = [`This report: ${title(now.run)}`, `The other one: ${title(then.run)}`] as const;
  const otherwise = partWords({ parameters: differenceOf(now.run, then.run).parameters ?? {} });

  return (
    <article className={viewClasses.report}>
      <p className={viewClasses.lead}>
        {title(now.run)}, beside what was in {title(then.run)}
        {otherwise && `, of ${otherwise}`}.
      </p>
      <p className={viewClasses.sentence}>
        The other report has its data as of{" "}
        {exact(new Date(then.document.as_of), then.run.period.timezone)}.
      </p>
      <section aria-labelledby="figures">
        <h2 id="figures" className="unseen">
          Key figures
        </h2>
        <ComparedKpis kpis={comparedKpis(now.document, then.document)} />
      </section>
      {now.document.sections.map((section) => (
        <section key={section.title} className={viewClasses.section}>
          <h2>{section.title}</h2>
          {section.charts?.map((chart) => (
            <ChartsBeside
              key={chart.name}
              named={named}
              now={chart}
              then={charts.find((each) => each.name === chart.name)}
            />
          ))}
          {section.tables?.map((table: Table) => (
            <TablesBeside
              key={table.name}
              named={named}
              now={table}
              then={tables.find((each) => each.name === table.name)}
              zones={[now.run.period.timezone, then.run.period.timezone]}
              titled={table.title !== section.title}
            />
          ))}
        </section>
      ))}
      {missing.length > 0 && (
        <p className={viewClasses.foot}>Only in the other report: {missing.join(", ")}.</p>
      )}
    </article>
  );
}

interface Pair<Part> {
  named: readonly [string, string];
  now: Part;
  then: Part | undefined;
}

function ChartsBeside({ named, now, then }: Pair<Schemas["Chart"]>) {
  return (
    <div className={classes.beside}>
      {[now, then].map(
        (chart, index) =>
          chart && (
            <div key={named[index]}>
              <p className={classes.of}>{named[index]}</p>
              <Chart
                title={chart.title}
                alternative={chart.alternative_text}
                specification={
                  chart === now
                    ? chart.specification
                    : inColoursOf(now.specification, chart.specification)
                }
              />
            </div>
          ),
      )}
    </div>
  );
}

function TablesBeside({
  named,
  now,
  then,
  zones,
  titled,
}: Pair<Table> & { zones: readonly [string, string]; titled: boolean }) {
  if (now.stored || then?.stored) {
    const counts = [now, then].map((table) => table?.stored?.count ?? table?.rows.length ?? 0);
    return (
      <p>
        {now.title}: {figure(counts[0] ?? 0)} rows, in the other one {figure(counts[1] ?? 0)}. Lists
        as long as that are not compared row by row.
      </p>
    );
  }
  const matched = then && comparedTable(now, then);
  if (matched) {
    return (
      <ComparedRows
        name={now.name}
        title={now.title}
        titled={titled}
        table={matched}
        timeZone={zones[0]}
      />
    );
  }
  return (
    <div className={classes.beside}>
      {[now, then].map(
        (table, index) =>
          table && (
            <div key={named[index]}>
              <p className={classes.of}>{named[index]}</p>
              <DocumentTable
                table={{ ...table, name: `${table.name}-${index}` }}
                rows={table.rows}
                timeZone={zones[index] ?? zones[0]}
                titled
              />
            </div>
          ),
      )}
    </div>
  );
}
