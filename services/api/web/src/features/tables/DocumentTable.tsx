import { TextInput } from "@mantine/core";
import { MagnifyingGlassIcon } from "@radix-ui/react-icons";
import {
  type ColumnDef,
  getCoreRowModel,
  type SortingState,
  useReactTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useDeferredValue, useMemo, useRef } from "react";

import type { Schemas } from "../../api/client";
import { narrowingOfCell } from "../drilling/narrowing";
import { Part } from "../drilling/Part";
import { cellText, type Column, figure, heading, isFigure } from "../document/figures";
import type { Row } from "./arranging";
import classes from "./DocumentTable.module.css";
import { choosable, chosen } from "./choices";
import type { LongTable } from "./long-table";
import { TableFilter } from "./TableFilter";
import { useArranged } from "./useArranged";
import { useTableView } from "./useTableView";

type Table = Schemas["Table"];

interface Props {
  table: Pick<Table, "name" | "title" | "columns" | "total" | "available_rows">;
  rows: readonly Row[];
  /** Where the rows are ordered and searched when that takes long. */
  long?: LongTable;
  timeZone: string;
  /** Whether its title is shown: not where the section has the same. */
  titled: boolean;
}

const ROW_HEIGHT = 34;
/** Rows up to which all are drawn, and printed. */
const ALL_DRAWN = 120;
const WORTH_SEARCHING = 10;

/** A table that can be ordered by any column and searched; of a long one only what is seen is drawn. */
export function DocumentTable({ table, rows, long, timeZone, titled }: Props) {
  const { sorting, order, only, narrow, typed, search } = useTableView(table.name);
  const text = useDeferredValue(typed.trim());
  const scroller = useRef<HTMLDivElement>(null);

  const shown = useMemo(
    () => withoutEmptyComparisons(table.columns, rows, table.total),
    [table, rows],
  );
  const choices = useMemo(
    () => (rows.length > WORTH_SEARCHING ? choosable(table.columns, rows) : []),
    [table, rows],
  );
  const sorted = sorting[0];
  const wanted = useMemo(() => {
    const index = table.columns.findIndex((column) => column.name === sorted?.id);
    const by = sorted && index >= 0 ? { index, descending: sorted.desc } : undefined;
    return { text, only: chosen(table.columns, only), by };
  }, [table, sorted, text, only]);
  const { places, waiting } = useArranged(table.columns, rows, timeZone, long, wanted);

  const inParts = places.length > ALL_DRAWN;
  const virtual = useVirtualizer({
    count: places.length,
    enabled: inParts,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const before = inParts ? (items[0]?.start ?? 0) : 0;
  const after = inParts ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;
  const drawn = inParts ? items.map((item) => places[item.index] ?? 0) : [...places];

  const columns = useMemo<ColumnDef<number>[]>(
    () =>
      shown.map(({ column, index }) => ({
        id: column.name,
        accessorFn: (place) => rows[place]?.[index],
        sortDescFirst: isFigure(column),
      })),
    [shown, rows],
  );
  // Of the rows that are drawn alone: which they are is worked out above.
  const grid = useReactTable<number>({
    data: drawn,
    columns,
    state: { sorting },
    onSortingChange: (next) => order(typeof next === "function" ? next(sorting) : next),
    manualSorting: true,
    manualFiltering: true,
    manualPagination: true,
    getRowId: String,
    getCoreRowModel: getCoreRowModel(),
  });
  const label = `${table.name}-title`;

  return (
    <div className={classes.table}>
      <div className={classes.head}>
        <h3 id={label} className={titled ? classes.title : "unseen"}>
          {table.title}
        </h3>
        {table.available_rows !== null && table.available_rows !== undefined && (
          <span className={classes.cut}>
            first {figure(rows.length)} of {figure(table.available_rows)} rows
          </span>
        )}
        {choices.length > 0 && (
          <span className={classes.filter}>
            <TableFilter of={table.title} columns={choices} only={only} onOnly={narrow} />
          </span>
        )}
        {rows.length > WORTH_SEARCHING && (
          <TextInput
            className={classes.search}
            size="xs"
            aria-label={`Search in ${table.title}`}
            placeholder="Search"
            leftSection={<MagnifyingGlassIcon aria-hidden />}
            value={typed}
            onChange={(event) => search(event.currentTarget.value)}
            rightSectionWidth={90}
            rightSection={
              (waiting || places.length < rows.length) && (
                <span className={classes.count}>
                  {waiting ? "Searching…" : `${figure(places.length)} of ${figure(rows.length)}`}
                </span>
              )
            }
          />
        )}
      </div>
      {rows.length === 0 ? (
        <p className={classes.none}>No rows in this period.</p>
      ) : (
        <div
          className={classes.scroll}
          data-long={inParts || undefined}
          ref={scroller}
          role="region"
          aria-busy={waiting}
          aria-labelledby={label}
          tabIndex={0}
        >
          <table aria-labelledby={label} aria-rowcount={places.length + 1}>
            <thead>
              <tr>
                {shown.map(({ column }) => (
                  <Heading
                    key={column.name}
                    column={column}
                    sorted={sorting.find((each) => each.id === column.name)}
                    onSort={() => grid.getColumn(column.name)?.toggleSorting()}
                  />
                ))}
              </tr>
            </thead>
            <tbody>
              {before > 0 && <Spacer height={before} columns={shown.length} />}
              {grid.getRowModel().rows.map(({ id, original }) => {
                const row = rows[original] ?? [];
                return (
                  <tr key={id}>
                    {shown.map(({ column, index }) => (
                      <td key={column.name} className={cellClass(column)}>
                        <Part of={narrowingOfCell(table.columns, row, index)}>
                          {cellText(row[index] ?? null, column, timeZone)}
                        </Part>
                      </td>
                    ))}
                  </tr>
                );
              })}
              {after > 0 && <Spacer height={after} columns={shown.length} />}
              {places.length === 0 && (
                <tr>
                  <td colSpan={shown.length}>
                    {text ? `No row has “${typed}” in it.` : "No row has all that was chosen."}
                  </td>
                </tr>
              )}
            </tbody>
            {table.total && (
              <tfoot>
                <tr>
                  {shown.map(({ column, index }) => {
                    const cell = table.total?.[index] ?? null;
                    const blank = cell === null && !isFigure(column);
                    return (
                      <td key={column.name} className={isFigure(column) ? classes.figure : ""}>
                        {blank ? "" : cellText(cell, column, timeZone)}
                      </td>
                    );
                  })}
                </tr>
              </tfoot>
            )}
          </table>
        </div>
      )}
      {inParts && (
        <p className={classes.printed}>
          Printed are {figure(items.length)} of {figure(places.length)} rows: the report’s files
          have all of them.
        </p>
      )}
    </div>
  );
}

interface HeadingProps {
  column: Column;
  sorted: SortingState[number] | undefined;
  onSort: () => void;
}

function Heading({ column, sorted, onSort }: HeadingProps) {
  const order = sorted === undefined ? "none" : sorted.desc ? "descending" : "ascending";
  return (
    <th scope="col" aria-sort={order} className={isFigure(column) ? classes.figure : ""}>
      <button type="button" className={classes.sort} onClick={onSort}>
        {heading(column)}
        <span className={classes.arrow} aria-hidden>
          {order === "none" ? "" : order === "descending" ? " ↓" : " ↑"}
        </span>
      </button>
    </th>
  );
}

function cellClass(column: Column): string | undefined {
  if (isFigure(column)) return classes.figure;
  return column.kind === "date" || column.kind === "instant" ? classes.unbroken : undefined;
}

function Spacer({ height, columns }: { height: number; columns: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={columns} className={classes.spacer} style={{ height }} />
    </tr>
  );
}

/** The columns without those of the period before that have no value, for want of data. */
function withoutEmptyComparisons(
  columns: readonly Column[],
  rows: readonly Row[],
  total: Table["total"],
): { column: Column; index: number }[] {
  return columns
    .map((column, index) => ({ column, index }))
    .filter(
      ({ column, index }) =>
        !column.compares ||
        rows.some((row) => row[index] !== null) ||
        (total?.[index] ?? null) !== null,
    );
}
