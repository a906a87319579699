import { useDebouncedCallback } from "@mantine/hooks";
import type { SortingState } from "@tanstack/react-table";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { type TableView, tableViews, withTableView } from "./table-views";

const route = getRouteApi("/inside/runs/$id");
const PAUSE_MS = 300;

/** How one table of a report is ordered and searched; the address follows, so that it can be sent. */
export function useTableView(name: string) {
  const began = route.useSearch({ select: (search) => tableViews(search.tables)[name] });
  const navigate = useNavigate({ from: "/runs/$id" });
  const [sorting, setSorting] = useState<SortingState>(
    began?.by ? [{ id: began.by, desc: began.down ?? false }] : [],
  );
  const [typed, setTyped] = useState(began?.find ?? "");
  const [only, setOnly] = useState(began?.only ?? {});
  const remember = (changed: TableView) =>
    void navigate({
      search: (now) => ({ ...now, tables: withTableView(now.tables, name, changed) }),
      replace: true,
      resetScroll: false,
    });
  const rememberSoon = useDebouncedCallback(remember, PAUSE_MS);
  return {
    sorting,
    order: (next: SortingState) => {
      setSorting(next);
      remember({ by: next[0]?.id, down: next[0]?.desc });
    },
    only,
    narrow: (next: Readonly<Record<string, string>>) => {
      setOnly(next);
      remember({ only: next });
    },
    typed,
    search: (text: string) => {
      setTyped(text);
      rememberSoon({ find: text.trim() });
    },
  };
}
