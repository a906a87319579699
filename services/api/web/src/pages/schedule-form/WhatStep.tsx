import { Checkbox, Group, SegmentedControl, Select, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { definitionsQuery } from "../../api/planning";
import { reportTypesQuery } from "../../api/queries";
import { LanguageField } from "../../features/languages/LanguageField";
import { fieldsOf } from "../../features/parameters/fields";
import { useKnownNames } from "../../features/parameters/known-names";
import { ParameterField } from "../../features/parameters/ParameterField";
import { MORE_PRESETS, presetNamed, PRESETS } from "../../features/periods/presets";
import { formatName } from "../../features/runs/Files";
import { useReportTitle } from "../../features/runs/report-names";
import { USUAL_LANGUAGE } from "../../parts/languages";
import { Notice } from "../../parts/Notice";
import type { Draft, NewDefinition } from "./draft";
import classes from "./ScheduleForm.module.css";

interface Props {
  draft: Draft;
  change: (changed: Partial<Draft>) => void;
  at: (field: string) => string | undefined;
  /** What is wrong with the new report, by its field. */
  atReport: (field: string) => string | undefined;
}

/** Which report: one that is saved, or a new one. */
export function WhatStep({ draft, change, at, atReport }: Props) {
  const { data: definitions } = useQuery(definitionsQuery);
  const titleOf = useReportTitle();
  const saved = definitions?.items ?? [];
  const fresh = draft.definition === null;
  return (
    <Stack gap="lg">
      {saved.length > 0 && (
        <SegmentedControl
          aria-label="Which report"
          className={classes.choice}
          data={[
            { value: "saved", label: "A saved report" },
            { value: "fresh", label: "A new report" },
          ]}
          value={fresh ? "fresh" : "saved"}
          onChange={(chosen) =>
            change({ definition: chosen === "fresh" ? null : (saved[0]?.id ?? null) })
          }
        />
      )}
      {fresh ? (
        <FreshReport
          value={draft.fresh}
          onChange={(changed) => change({ fresh: { ...draft.fresh, ...changed } })}
          at={atReport}
        />
      ) : (
        <Select
          label="Report"
          data={saved.map((each) => ({
            value: each.id,
            label: `${each.name} (${titleOf(each.type)})`,
          }))}
          value={draft.definition}
          onChange={(definition) => change({ definition })}
          searchable
          allowDeselect={false}
          error={at("/definition")}
        />
      )}
    </Stack>
  );
}

interface FreshProps {
  value: NewDefinition;
  onChange: (changed: Partial<NewDefinition>) => void;
  at: (field: string) => string | undefined;
}

function FreshReport({ value, onChange, at }: FreshProps) {
  const { data: types } = useQuery(reportTypesQuery);
  const offered = (types ?? []).filter((type) => type.available);
  const type = offered.find((each) => each.name === value.type);
  const fields = useMemo(() => fieldsOf(type?.parameters_schema ?? {}), [type]);
  return (
    <>
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
            language: chosen?.languages.includes(value.language) ? value.language : USUAL_LANGUAGE,
          });
        }}
        searchable
        allowDeselect={false}
        error={at("/type")}
        description={type?.description}
      />
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
