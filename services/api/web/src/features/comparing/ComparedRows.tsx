import { type Cell, cellText, type Column, heading, isFigure } from "../document/figures";
import tableClasses from "../tables/DocumentTable.module.css";
import type { ComparedColumn, ComparedRow, ComparedTable } from "./compared";
import classes from "./Compared.module.css";
import { difference, differenceWords } from "./difference";

interface Props {
  name: string;
  title: string;
  titled: boolean;
  table: ComparedTable;
  timeZone: string;
}

/** Rows of two reports that are of the same things: each figure with what it was. */
export function ComparedRows({ name, title, titled, table, timeZone }: Props) {
  const label = `${name}-compared`;
  const line = (row: ComparedRow) =>
    table.columns.map((column) => (
      <td key={column.column.name} className={isFigure(column.column) ? tableClasses.figure : ""}>
        <Both row={row} of={column} timeZone={timeZone} />
      </td>
    ));
  return (
    <div className={tableClasses.table}>
      <div className={tableClasses.head}>
        <h3 id={label} className={titled ? tableClasses.title : "unseen"}>
          {title}
        </h3>
      </div>
      <div className={tableClasses.scroll} role="region" aria-labelledby={label} tabIndex={0}>
        <table aria-labelledby={label}>
          <thead>
            <tr>
              {table.columns.map(({ column }) => (
                <th
                  key={column.name}
                  scope="col"
                  className={isFigure(column) ? tableClasses.figure : ""}
                >
                  {heading(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row) => (
              <tr key={row.key}>{line(row)}</tr>
            ))}
          </tbody>
          {table.total && (
            <tfoot>
              <tr>{line(table.total)}</tr>
            </tfoot>
          )}
        </table>
      </div>
    </div>
  );
}

function Both({ row, of, timeZone }: { row: ComparedRow; of: ComparedColumn; timeZone: string }) {
  const now = row.now?.[of.now] ?? null;
  const then = of.then === undefined ? null : (row.then?.[of.then] ?? null);
  const text = (cell: Cell) => cellText(cell, of.column, timeZone);
  if (!isFigure(of.column)) return text(row.now === undefined ? then : now);
  return (
    <>
      {text(now)}
      <span className={classes.was}>{earlierWords(now, then, of.column, text)}</span>
    </>
  );
}

function earlierWords(now: Cell, then: Cell, column: Column, text: (cell: Cell) => string): string {
  if (then === null) return now === null ? "" : "new";
  const by = typeof now === "boolean" || typeof then === "boolean" ? null : difference(now, then);
  if (!by) return `was ${text(then)}`;
  const words = differenceWords(by, column.places);
  return words === "unchanged" ? words : `was ${text(then)} · ${words}`;
}
