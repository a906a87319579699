import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { queries } from "../../api/queries";
import { inWords } from "../../api/problems";
import { Notice } from "../../parts/Notice";
import { figure } from "../document/figures";
import type { DocumentTable as TableOfDocument } from "../document/document";
import { DocumentTable } from "./DocumentTable";
import { LongTable, readLongTable } from "./long-table";
import classes from "./DocumentTable.module.css";

interface Props {
  runId: string;
  table: TableOfDocument;
  timeZone: string;
  titled: boolean;
}

// Its worker holds the rows for as long as the table is remembered.
queries.getQueryCache().subscribe((event) => {
  const held: unknown = event.query.state.data;
  if (event.type === "removed" && held instanceof LongTable) held.close();
});

/** A large table, whose rows lie beside the document: they are read when it is shown. */
export function StoredTable({ runId, table, timeZone, titled }: Props) {
  const long = useQuery({
    queryKey: ["rows", runId, table.name],
    queryFn: () => readLongTable(runId, table, timeZone),
    staleTime: Infinity,
    gcTime: 60_000,
  });
  if (long.error) {
    return (
      <Notice tone="bad" title="The rows could not be read">
        {inWords(long.error)}
      </Notice>
    );
  }
  if (long.data === undefined) {
    return <Skeleton h={320} mt="md" role="status" aria-label={`Reading ${table.title}`} />;
  }
  const { rows } = long.data;
  const stored = table.stored?.count ?? rows.length;
  return (
    <>
      <DocumentTable
        table={table}
        rows={rows}
        long={long.data}
        timeZone={timeZone}
        titled={titled}
      />
      {stored > rows.length && (
        <p className={classes.none}>
          The first {figure(rows.length)} of {figure(stored)} rows are shown here; the files have
          all of them.
        </p>
      )}
    </>
  );
}
