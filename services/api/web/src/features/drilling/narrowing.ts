/** From what a document says that a part of it is of, to the request for that part alone. */

import type { ReportType, Run, Schemas } from "../../api/client";
import { days } from "../../parts/moments";
import { type Cell, type Column, plainWords } from "../document/figures";

export type Narrowing = Schemas["Narrowing"];
export type Marks = NonNullable<Schemas["Chart"]["narrows"]>;
type Request = Schemas["ReportBody"];
type Asked = Pick<Run, "type" | "period" | "parameters" | "language">;

const PERIOD = "period";

/** What a cell of a row opens. Days that bound one part of the period open it at the first of them. */
export function narrowingOfCell(
  columns: readonly Column[],
  row: readonly Cell[],
  index: number,
): Narrowing | undefined {
  const parameter = columns[index]?.narrows;
  if (!parameter) return undefined;
  if (parameter !== PERIOD) {
    const name = row[index];
    return typeof name === "string" && name !== ""
      ? { parameters: { [parameter]: [name] } }
      : undefined;
  }
  const bounds = columns.flatMap((column, at) => (column.narrows === PERIOD ? [at] : []));
  const found = bounds
    .filter((at) => columns[at]?.kind === "date")
    .map((at) => row[at])
    .filter((cell): cell is string => typeof cell === "string")
    .sort();
  return index === bounds[0] && found.length > 0
    ? { first_day: found[0] ?? null, last_day: found.at(-1) ?? null }
    : undefined;
}

/** What a mark of a chart opens: all that its data say of it, together. */
export function narrowingOfMark(
  marks: Marks,
  datum: Readonly<Record<string, unknown>>,
): Narrowing | undefined {
  const said = Object.entries(marks).flatMap(([field, values]) => {
    const value = datum[field];
    const narrowing = typeof value === "string" ? values[value] : undefined;
    return narrowing ? [narrowing] : [];
  });
  return said.length === 0 ? undefined : said.reduce(together);
}

function together(one: Narrowing, other: Narrowing): Narrowing {
  return {
    parameters: { ...one.parameters, ...other.parameters },
    first_day: other.first_day ?? one.first_day ?? null,
    last_day: other.last_day ?? one.last_day ?? null,
    report_type: other.report_type ?? one.report_type ?? null,
  };
}

/** The request for that part: everything else as in the run. Nothing where it is all of the run. */
export function narrowedRequest(
  run: Asked,
  narrowing: Narrowing,
  types: readonly Pick<ReportType, "name" | "formats" | "parameters_schema" | "available">[],
): Request | undefined {
  const type = types.find((each) => each.name === (narrowing.report_type ?? run.type));
  if (!type?.available) return undefined;
  const known = Object.keys(type.parameters_schema.properties ?? {});
  const same = type.name === run.type;
  const kept = Object.entries(run.parameters).filter(([name]) => same || known.includes(name));
  const parameters = { ...Object.fromEntries(kept), ...narrowing.parameters };
  const period = {
    from: narrowing.first_day ?? run.period.from,
    to: narrowing.last_day ?? run.period.to,
  };
  if (
    same &&
    period.from === run.period.from &&
    period.to === run.period.to &&
    JSON.stringify(Object.entries(parameters).sort()) ===
      JSON.stringify(Object.entries(run.parameters).sort())
  ) {
    return undefined;
  }
  return {
    type: type.name,
    // Nobody asked for files; more can be made of the same data. This one takes the least.
    formats: [type.formats.includes("json") ? "json" : (type.formats[0] ?? "json")],
    period,
    timezone: run.period.timezone,
    parameters,
    language: run.language,
  };
}

/** What a part is called: "Saltmarsh Choir, 5 – 11 Oct 2026". */
export function partWords(narrowing: Narrowing, locale?: string): string {
  const names = Object.values(narrowing.parameters ?? {}).flat();
  const bounds =
    narrowing.first_day && narrowing.last_day
      ? [days(narrowing.first_day, narrowing.last_day, locale)]
      : [];
  return [...names.map(plainWords), ...bounds].join(", ");
}

/** What a run is narrower by than the one that it was opened from. */
export function differenceOf(earlier: Asked, later: Asked): Narrowing {
  const changed = Object.entries(later.parameters).flatMap(([name, value]) =>
    Array.isArray(value) &&
    value.length > 0 &&
    JSON.stringify(value) !== JSON.stringify(earlier.parameters[name] ?? [])
      ? [[name, value.map(String)] as const]
      : [],
  );
  const moved = later.period.from !== earlier.period.from || later.period.to !== earlier.period.to;
  return {
    parameters: Object.fromEntries(changed),
    first_day: moved ? later.period.from : null,
    last_day: moved ? later.period.to : null,
    report_type: later.type === earlier.type ? null : later.type,
  };
}
