import { TextInput } from "@mantine/core";
import { MagnifyingGlassIcon } from "@radix-ui/react-icons";
import {
  type ColumnDef,
  getCoreRowModel,
  getFilteredRowModel,
  getSortedRowModel,
  type SortingState,
  useReactTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useDeferredValue, useMemo, useRef } from "react";

import type { Schemas } from "../../api/client";
import { narrowingOfCell } from "../drilling/narrowing";
import { Part } from "../drilling/Part";
import {
  type Cell,
  cellText,
  type Column,
  compareCells,
  figure,
  heading,
  isFigure,
} from "../document/figures";
import classes from "./DocumentTable.module.css";
import { choosable, rowsWith } from "./choices";
import { TableFilter } from "./TableFilter";
import { useTableView } from "./useTableView";

type Table = Schemas["Table"];
type Row = readonly Cell[];

interface Props {
  table: Pick<Table, "name" | "title" | "columns" | "total" | "available_rows">;
  rows: readonly Row[];
  timeZone: string;
  /** Whether its title is shown: not where the section has the same. */
  titled: boolean;
}

const ROW_HEIGHT = 34;
/** Rows up to which all are drawn, and printed. */
const ALL_DRAWN = 120;
const WORTH_SEARCHING = 10;

/** A table that can be ordered by any column and searched; of a long one only what is seen is drawn. */
export function DocumentTable({ table, rows, timeZone, titled }: Props) {
  const { sorting, order, only, narrow, typed, search } = useTableView(table.name);
  const wanted = useDeferredValue(typed.trim().toLowerCase());
  const scroller = useRef<HTMLDivElement>(null);

  const shown = useMemo(
    () => withoutEmptyComparisons(table.columns, rows, table.total),
    [table, rows],
  );
  const columns = useMemo<ColumnDef<Row>[]>(
    () =>
      shown.map(({ column, index }) => ({
        id: column.name,
        accessorFn: (row) => row[index],
        sortingFn: (one, other) =>
          compareCells(one.original[index] ?? null, other.original[index] ?? null, column),
        sortDescFirst: isFigure(column),
      })),
    [shown],
  );
  const choices = useMemo(
    () => (rows.length > WORTH_SEARCHING ? choosable(table.columns, rows) : []),
    [table, rows],
  );
  const data = useMemo(() => rowsWith(table.columns, rows, only), [table, rows, only]);

  const grid = useReactTable<Row>({
    data,
    columns,
    state: { sorting, globalFilter: wanted },
    onSortingChange: (next) => order(typeof next === "function" ? next(sorting) : next),
    globalFilterFn: (row, _column, text: string) =>
      shown.some(({ column, index }) =>
        cellText(row.original[index] ?? null, column, timeZone)
          .toLowerCase()
          .includes(text),
      ),
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    getFilteredRowModel: getFilteredRowModel(),
    // Every row is looked at once for a search anyway.
    getColumnCanGlobalFilter: (column) => column.id === shown[0]?.column.name,
  });
  const found = grid.getRowModel().rows;
  const long = found.length > ALL_DRAWN;
  const virtual = useVirtualizer({
    count: found.length,
    enabled: long,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const before = long ? (items[0]?.start ?? 0) : 0;
  const after = long ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;
  const drawn = long ? items.map((item) => found[item.index]) : found;
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
              found.length < rows.length && (
                <span className={classes.count}>
                  {figure(found.length)} of {figure(rows.length)}
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
          data-long={long || undefined}
          ref={scroller}
          role="region"
          aria-labelledby={label}
          tabIndex={0}
        >
          <table aria-labelledby={label} aria-rowcount={found.length + 1}>
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
              {drawn.map(
                (row) =>
                  row && (
                    <tr key={row.id}>
                      {shown.map(({ column, index }) => (
                        <td key={column.name} className={cellClass(column)}>
                          <Part of={narrowingOfCell(table.columns, row.original, index)}>
                            {cellText(row.original[index] ?? null, column, timeZone)}
                          </Part>
                        </td>
                      ))}
                    </tr>
                  ),
              )}
              {after > 0 && <Spacer height={after} columns={shown.length} />}
              {found.length === 0 && (
                <tr>
                  <td colSpan={shown.length}>
                    {wanted ? `No row has “${typed}” in it.` : "No row has all that was chosen."}
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
      {long && (
        <p className={classes.printed}>
          Printed are {figure(items.length)} of {figure(found.length)} rows: the report’s files have
          all of them.
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
