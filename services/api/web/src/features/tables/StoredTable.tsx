import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import type { Schemas } from "../../api/client";
import { inWords } from "../../api/problems";
import { Notice } from "../../parts/Notice";
import { DocumentTable } from "./DocumentTable";

interface Props {
  runId: string;
  table: Schemas["Table"];
  timeZone: string;
  titled: boolean;
}

/** A large table, whose rows lie beside the document: they are read when it is shown. */
export function StoredTable({ runId, table, timeZone, titled }: Props) {
  const rows = useQuery({
    queryKey: ["rows", runId, table.name],
    queryFn: async () => {
      const { storedRows } = await import("./stored-rows");
      return storedRows(runId, table);
    },
    staleTime: Infinity,
    gcTime: 60_000,
  });
  if (rows.error) {
    return (
      <Notice tone="bad" title="The rows could not be read">
        {inWords(rows.error)}
      </Notice>
    );
  }
  if (rows.data === undefined) {
    return <Skeleton h={320} mt="md" role="status" aria-label={`Reading ${table.title}`} />;
  }
  return <DocumentTable table={table} rows={rows.data} timeZone={timeZone} titled={titled} />;
}
