import { Input, MultiSelect, Select, Skeleton, Switch, TagsInput, TextInput } from "@mantine/core";
import { lazy, Suspense } from "react";

import type { Schemas } from "../../api/client";
import { plainWords } from "../document/figures";
import type { Field } from "./fields";
import { unknownNames } from "./known-names";

// Few reports have one.
const NumberInput = lazy(() => import("./number-input"));

const MOST_OFFERED = 100;

interface Props {
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
  error?: string | undefined;
  /** The names that the source has, where they are known. */
  known?: Schemas["NamesView"] | undefined;
}

/** One parameter of a report, as its schema says. */
export function ParameterField({ field, value, onChange, error, known }: Props) {
  const common = { label: field.title, description: field.description, error };
  switch (field.kind) {
    case "names":
      return (
        <TagsInput
          {...common}
          placeholder={isEmpty(value) ? "All" : ""}
          data={known?.names ?? []}
          limit={MOST_OFFERED}
          maxDropdownHeight={280}
          value={texts(value)}
          onChange={onChange}
          clearable
          clearButtonProps={{ "aria-label": `Clear ${field.title}` }}
          description={unknownSaid(texts(value), known) ?? field.description}
        />
      );
    case "choices":
      return (
        <MultiSelect
          {...common}
          placeholder={isEmpty(value) ? "All" : ""}
          data={options(field.options)}
          value={texts(value)}
          onChange={onChange}
          searchable
          clearable
          clearButtonProps={{ "aria-label": `Clear ${field.title}` }}
        />
      );
    case "choice":
      return (
        <Select
          {...common}
          data={options(field.options)}
          value={typeof value === "string" ? value : String(field.initial)}
          onChange={(chosen) => onChange(chosen ?? field.initial)}
          allowDeselect={false}
        />
      );
    case "flag":
      return (
        <Switch
          {...common}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "number":
      return (
        <Suspense fallback={<Input.Wrapper {...common} children={<Skeleton h={36} />} />}>
          <NumberInput
            {...common}
            allowDecimal={false}
            thousandSeparator=","
            {...(field.least === undefined ? {} : { min: field.least })}
            {...(field.most === undefined ? {} : { max: field.most })}
            value={typeof value === "number" ? value : ""}
            onChange={(typed) => onChange(typed === "" ? null : Number(typed))}
          />
        </Suspense>
      );
    case "text":
      return (
        <TextInput
          {...common}
          value={typeof value === "string" ? value : ""}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}

function options(values: readonly string[]): { value: string; label: string }[] {
  return values.map((value) => {
    const words = plainWords(value);
    return { value, label: words.charAt(0).toUpperCase() + words.slice(1) };
  });
}

/** A name that the source has not is no error: a schedule may well wait for it. */
function unknownSaid(
  chosen: readonly string[],
  known: Schemas["NamesView"] | undefined,
): string | undefined {
  const unknown = unknownNames(chosen, known);
  return unknown.length > 0
    ? `The source has no ${unknown.map((name) => `“${name}”`).join(", ")} now.`
    : undefined;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function isEmpty(value: unknown): boolean {
  return !Array.isArray(value) || value.length === 0;
}
