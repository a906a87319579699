import { Checkbox, Group, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { reportTypesQuery } from "../../api/queries";
import { USUAL_LANGUAGE } from "../../parts/languages";
import { Notice } from "../../parts/Notice";
import { LanguageField } from "../languages/LanguageField";
import { fieldsOf } from "../parameters/fields";
import { useKnownNames } from "../parameters/known-names";
import { ParameterField } from "../parameters/ParameterField";
import { MORE_PRESETS, presetNamed, PRESETS } from "../periods/presets";
import { formatName } from "../runs/Files";
import type { DefinitionDraft } from "./definition-draft";
import classes from "./DefinitionFields.module.css";

interface Props {
  value: DefinitionDraft;
  onChange: (changed: Partial<DefinitionDraft>) => void;
  /** What is wrong with a field, by its JSON Pointer. */
  at: (field: string) => string | undefined;
  /** Whether its type is settled: one that is saved stays what it is. */
  settled?: boolean;
}

/** A report under a name: of which type, over which period, as which files, narrowed to what. */
export function DefinitionFields({ value, onChange, at, settled = false }: Props) {
  const { data: types } = useQuery(reportTypesQuery);
  const offered = (types ?? []).filter((type) => type.available);
  const type = offered.find((each) => each.name === value.type);
  const fields = useMemo(() => fieldsOf(type?.parameters_schema ?? {}), [type]);
  return (
    <>
      {!settled && (
        <Select
          label="Report"
          placeholder="Choose one"
          data={offered.map((each) => ({ value: each.name, label: each.title }))}
          value={value.type || null}
          onChange={(name) => {
            const chosen = offered.find((each) => each.name === name);
            onChange({
              type: name ?? "",
              parameters: {},
              name: value.name || (chosen?.title ?? ""),
              formats: value.formats.filter((format) => chosen?.formats.includes(format)),
              language: chosen?.languages.includes(value.language)
                ? value.language
                : USUAL_LANGUAGE,
            });
          }}
          searchable
          allowDeselect={false}
          error={at("/type")}
          description={type?.description}
        />
      )}
      {type && (
        <>
          <TextInput
            label="Saved under the name"
            value={value.name}
            onChange={(event) => onChange({ name: event.currentTarget.value })}
            error={at("/name")}
          />
          <Select
            label="Period"
            description="Counted from the day that it is made for."
            data={[...PRESETS, ...MORE_PRESETS].map((each) => ({ ...each }))}
            value={value.preset}
            onChange={(preset) =>
              onChange({ preset: presetNamed(preset ?? undefined) ?? value.preset })
            }
            allowDeselect={false}
            error={at("/preset")}
          />
          <Checkbox.Group
            label="Files"
            value={value.formats}
            onChange={(formats) => onChange({ formats })}
            error={at("/formats")}
          >
            <Group mt="xs" gap="lg">
              {type.formats.map((format) => (
                <Checkbox key={format} value={format} label={formatName(format)} />
              ))}
            </Group>
          </Checkbox.Group>
          <LanguageField
            languages={type.languages}
            value={value.language}
            onChange={(language) => onChange({ language })}
            error={at("/language")}
          />
          <Parameters
            type={type.name}
            fields={fields}
            values={value.parameters}
            onChange={(parameters) => onChange({ parameters })}
            at={at}
          />
        </>
      )}
    </>
  );
}

interface ParametersProps {
  type: string;
  fields: ReturnType<typeof fieldsOf>;
  values: Record<string, unknown>;
  onChange: (values: Record<string, unknown>) => void;
  at: (field: string) => string | undefined;
}

function Parameters({ type, fields, values, onChange, at }: ParametersProps) {
  const known = useKnownNames(type);
  return (
    <div className={classes.fields}>
      {fields.map((field) => (
        <ParameterField
          key={field.name}
          field={field}
          value={values[field.name] ?? field.initial}
          onChange={(value) => onChange({ ...values, [field.name]: value })}
          error={at(`/parameters/${field.name}`)}
          known={known.of(field.name)}
        />
      ))}
      {known.trouble && (
        <Notice tone="wait" title="The names to choose from could not be looked up">
          {known.trouble}
        </Notice>
      )}
    </div>
  );
}
