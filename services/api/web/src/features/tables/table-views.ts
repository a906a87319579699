/** How tables of a report are ordered and searched, as the address says it: a JSON object by table. */

export interface TableView {
  /** The column that it is ordered by. */
  by?: string | undefined;
  /** Whether from the largest down. */
  down?: boolean | undefined;
  /** What its rows have in them. */
  find?: string | undefined;
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
  const { by, down, find } = value as Record<string, unknown>;
  return said({
    by: typeof by === "string" ? by : undefined,
    down: down === true,
    find: typeof find === "string" ? find : undefined,
  });
}

function said({ by, down, find }: TableView): TableView {
  return {
    ...(by ? { by, ...(down ? { down } : {}) } : {}),
    ...(find ? { find } : {}),
  };
}
