import type { ReactNode } from "react";

import classes from "./FoldingTable.module.css";

export interface FoldingColumn<Row> {
  title: string;
  cell: (row: Row) => ReactNode;
  /** Figures stand to the right. */
  figures?: boolean;
}

interface Props<Row> {
  label: string;
  columns: readonly FoldingColumn<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
}

/** A small table. On a narrow screen each row is a block, with the columns' titles beside its cells.
 *
 * The roles are written down because a table whose rows are displayed as blocks loses them.
 */
export function FoldingTable<Row>({ label, columns, rows, keyOf }: Props<Row>) {
  return (
    <table role="table" aria-label={label} className={classes.table}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.title} role="columnheader" scope="col" data-figures={column.figures}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row">
            {columns.map((column, index) => (
              <td
                key={column.title}
                role={index === 0 ? "rowheader" : "cell"}
                data-figures={column.figures}
              >
                {index > 0 && (
                  <span className={classes.beside} aria-hidden>
                    {column.title}
                  </span>
                )}
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
