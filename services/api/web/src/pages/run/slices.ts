/** The parts of a burst's report: what they are called, and which of them one looks for. */

import type { Run, Schemas } from "../../api/client";
import { plainWords } from "../../features/document/figures";

export type Slice = Schemas["SliceView"];
export type SliceStatus = Schemas["SliceStatus"];
type Burst = Schemas["BurstView"];

/** How many parts are shown at a time. */
export const PAGE_LENGTH = 50;

/** What a part is of: "The Paper Admiral, Ångström Street". */
export function sliceWords(slice: Pick<Slice, "values">): string {
  return valuesWords(slice.values) || "The whole report";
}

/** Values of the filters, without the filters' names. */
export function valuesWords(values: Readonly<Record<string, unknown>>): string {
  return Object.values(values)
    .flat()
    .filter((value) => value !== null)
    .map((value) => plainWords(String(value)))
    .join(", ");
}

export interface SliceFilter {
  status?: SliceStatus | undefined;
  /** Anywhere in what a part is of, or in an address that it goes to; case does not count. */
  q?: string | undefined;
}

export function slicesFound(slices: readonly Slice[], filter: SliceFilter): readonly Slice[] {
  const wanted = filter.q?.trim().toLowerCase() ?? "";
  return slices.filter(
    (slice) =>
      (filter.status === undefined || slice.status === filter.status) &&
      [sliceWords(slice), ...slice.deliveries.map((delivery) => delivery.to)].some((text) =>
        text.toLowerCase().includes(wanted),
      ),
  );
}

export interface SlicePage {
  shown: readonly Slice[];
  /** From 1; the nearest one that there is. */
  page: number;
  pages: number;
}

/** A page of them; the last one where fewer are left than there were. */
export function slicePage(found: readonly Slice[], wanted: number): SlicePage {
  const pages = Math.max(1, Math.ceil(found.length / PAGE_LENGTH));
  const page = Math.min(Math.max(1, wanted), pages);
  return { shown: found.slice((page - 1) * PAGE_LENGTH, page * PAGE_LENGTH), page, pages };
}

/** Whether what failed of it can be made again: some did, and no other run does so already. */
export function canBeMadeAgain(
  run: Pick<Run, "status" | "burst" | "remade_by" | "deleted_at">,
): boolean {
  return (
    run.status === "completed" &&
    (run.burst?.slices.failed ?? 0) > 0 &&
    run.remade_by === null &&
    run.deleted_at === null
  );
}

/** The formats that can still be made of a part: those it lacks, and those that failed. */
export function formatsToMake(slice: Slice, offered: readonly string[]): string[] {
  if (slice.status !== "rendered") return [];
  const there = slice.artifacts.filter((artifact) => artifact.status !== "failed");
  return offered.filter((format) => there.every((artifact) => artifact.format !== format));
}

/** What nobody got, a line each; none where the others have theirs from the run before. */
export function nobodysPart(burst: Burst, othersGotTheirs: boolean): readonly string[] {
  if (othersGotTheirs) return [];
  const more = burst.without_recipient_more;
  return [
    ...burst.without_recipient.map(
      (one) => `${valuesWords(one.values) || "No value"} (${one.counted.toLocaleString()})`,
    ),
    ...(more > 0 ? [`${more.toLocaleString()} more`] : []),
  ];
}
