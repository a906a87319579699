/** How tables of a report are ordered and searched, as the address says it: a JSON object by table. */

export interface TableView {
  /** The column that it is ordered by. */
  by?: string | undefined;
  /** Whether from the largest down. */
  down?: boolean | undefined;
  /** What its rows have in them. */
  find?: string | undefined;
  /** What stands in columns, by their names. */
  only?: Readonly<Record<string, string>> | undefined;
}

/** Of all tables that are not as they came; what is no such text says nothing. */
export function tableViews(text: string | undefined): Record<string, TableView> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
    return Object.fromEntries(Object.entries(value).map(([name, view]) => [name, read(view)]));
  } catch {
    return {};
  }
}

/** The same with another view of one table; nothing when all are as they came. */
export function withTableView(
  text: string | undefined,
  name: string,
  changed: TableView,
): string | undefined {
  const views = tableViews(text);
  const view = said({ ...views[name], ...changed });
  const others = Object.entries(views).filter(([other]) => other !== name);
  const all = Object.keys(view).length > 0 ? [...others, [name, view] as const] : others;
  return all.length > 0 ? JSON.stringify(Object.fromEntries(all)) : undefined;
}

function read(value: unknown): TableView {
  if (typeof value !== "object" || value === null) return {};
  const { by, down, find, only } = value as Record<string, unknown>;
  return said({
    by: typeof by === "string" ? by : undefined,
    down: down === true,
    find: typeof find === "string" ? find : undefined,
    only: typeof only === "object" && only !== null ? texts(only) : undefined,
  });
}

function texts(value: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}

function said({ by, down, find, only }: TableView): TableView {
  return {
    ...(by ? { by, ...(down ? { down } : {}) } : {}),
    ...(find ? { find } : {}),
    ...(only && Object.keys(only).length > 0 ? { only } : {}),
  };
}
