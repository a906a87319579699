/** The form's fields from a report type's JSON Schema. What is read is what our schemas say. */

export type FieldKind =
  | { kind: "names" }
  | { kind: "choice"; options: readonly string[] }
  | { kind: "choices"; options: readonly string[] }
  | { kind: "flag" }
  | { kind: "number"; least: number | undefined; most: number | undefined }
  | { kind: "text" };

export type Field = FieldKind & {
  name: string;
  title: string;
  description: string;
  initial: unknown;
};

type Schema = Record<string, unknown>;

/** One field for each parameter, in the schema's order, filters first. */
export function fieldsOf(schema: Schema): Field[] {
  const properties = asSchema(schema.properties);
  const fields = Object.entries(properties).map(([name, property]) => {
    const said = asSchema(property);
    return {
      ...kindOf(said, schema),
      name,
      title: text(said.title) ?? name.replaceAll("_", " "),
      description: (text(said.description) ?? "").replaceAll("`", ""),
      initial: said.default,
    };
  });
  return fields.sort((one, other) => rank(one) - rank(other));
}

/** The parameters that differ from what the report takes by itself. */
export function changedParameters(
  fields: readonly Field[],
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const changed = fields.flatMap((field) => {
    const value = values[field.name];
    const unset = value === undefined || value === "" || value === null;
    const same = JSON.stringify(value) === JSON.stringify(field.initial);
    return unset || same || (Array.isArray(value) && value.length === 0)
      ? []
      : [[field.name, value] as const];
  });
  return Object.fromEntries(changed);
}

function rank(field: Field): number {
  return ["names", "choices", "choice", "number", "text", "flag"].indexOf(field.kind);
}

function kindOf(said: Schema, whole: Schema): FieldKind {
  const property = resolved(said, whole);
  if (Array.isArray(property.enum)) return { kind: "choice", options: property.enum.map(String) };
  if (property.type === "boolean") return { kind: "flag" };
  if (property.type === "array") {
    const items = resolved(asSchema(property.items), whole);
    return Array.isArray(items.enum)
      ? { kind: "choices", options: items.enum.map(String) }
      : { kind: "names" };
  }
  if (property.type === "integer") {
    return { kind: "number", least: number(property.minimum), most: number(property.maximum) };
  }
  return { kind: "text" };
}

/** Behind a reference, or the one alternative that is not "nothing". */
function resolved(property: Schema, whole: Schema): Schema {
  if (typeof property.$ref === "string") {
    const name = property.$ref.split("/").at(-1) ?? "";
    return resolved(asSchema(asSchema(whole.$defs)[name]), whole);
  }
  for (const key of ["anyOf", "allOf"]) {
    const alternatives = property[key];
    if (Array.isArray(alternatives)) {
      const first = alternatives.map(asSchema).find((each) => each.type !== "null");
      if (first) return resolved(first, whole);
    }
  }
  return property;
}

function asSchema(value: unknown): Schema {
  return typeof value === "object" && value !== null ? (value as Schema) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
