import { useEffect, useMemo, useState } from "react";

import type { Column } from "../document/figures";
import { Arranging, isAnything, type Row, type Wanted } from "./arranging";
import type { LongTable } from "./long-table";

interface Arranged {
  /** Of the rows that are shown, in order. */
  places: Uint32Array;
  /** Whether they are those of an earlier wish, because a long table takes a moment. */
  waiting: boolean;
}

/** Rows as they are wanted: at once of a short table, of a long one when its worker has them. */
export function useArranged(
  columns: readonly Column[],
  rows: readonly Row[],
  timeZone: string,
  long: LongTable | undefined,
  wanted: Wanted,
): Arranged {
  const arranging = useMemo(
    () => (long ? undefined : new Arranging(columns, rows, timeZone)),
    [columns, rows, timeZone, long],
  );
  const here = useMemo(() => arranging?.places(wanted), [arranging, wanted]);
  const all = useMemo(() => Uint32Array.from(rows.keys()), [rows]);
  const untouched = isAnything(wanted);
  const [there, setThere] = useState<{ wanted: Wanted; places: Uint32Array }>();

  useEffect(() => {
    if (long === undefined || untouched) return;
    let gone = false;
    long.arranged(wanted, (places) => {
      if (!gone) setThere({ wanted, places });
    });
    return () => {
      gone = true;
    };
  }, [long, wanted, untouched]);

  if (here) return { places: here, waiting: false };
  if (untouched) return { places: all, waiting: false };
  return { places: there?.places ?? all, waiting: there?.wanted !== wanted };
}
