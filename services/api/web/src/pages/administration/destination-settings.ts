/** The settings of a destination as a form has them: secrets are written, and never read. */

import type { Field } from "../../features/parameters/fields";

/** Names of the settings that a channel's schema marks as secrets. */
export function secretsOf(schema: Record<string, unknown>): Set<string> {
  const properties = (schema.properties ?? {}) as Record<string, unknown>;
  return new Set(
    Object.entries(properties)
      .filter(([, property]) => JSON.stringify(property).includes('"writeOnly":true'))
      .map(([name]) => name),
  );
}

/** What is sent of a new destination: what was filled in. */
export function filled(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([, value]) => value !== "" && value !== null && value !== undefined,
    ),
  );
}

/** What is sent of one that is there (a merge patch): what differs, null for what was emptied.
 *
 * A secret that nobody typed stays as it is kept.
 */
export function patchOf(
  fields: readonly Field[],
  secrets: ReadonlySet<string>,
  before: Readonly<Record<string, unknown>>,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const changed = fields.flatMap(({ name }): (readonly [string, unknown])[] => {
    const value = values[name];
    const empty = value === "" || value === null || value === undefined;
    if (secrets.has(name)) return empty ? [] : [[name, value]];
    if (JSON.stringify(value) === JSON.stringify(before[name])) return [];
    if (empty) return before[name] === undefined || before[name] === null ? [] : [[name, null]];
    return [[name, value]];
  });
  return Object.fromEntries(changed);
}
