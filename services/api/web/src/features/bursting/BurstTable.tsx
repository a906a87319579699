import {
  ActionIcon,
  Button,
  Group,
  Input,
  MultiSelect,
  Pagination,
  Select,
  TagsInput,
  TextInput,
} from "@mantine/core";
import { PlusIcon, TrashIcon } from "@radix-ui/react-icons";
import { useId, useMemo, useState } from "react";

import type { ReportType } from "../../api/client";
import { languageName } from "../../parts/languages";
import { type Field, fieldsOf } from "../parameters/fields";
import { type KnownNames, useKnownNames } from "../parameters/known-names";
import { formatName } from "../runs/Files";
import classes from "./BurstField.module.css";
import { type BurstRow, columnsOf, valuesOf, withValues } from "./bursts";
import { PastedRows } from "./PastedRows";

interface Props {
  rows: readonly BurstRow[];
  onChange: (rows: BurstRow[]) => void;
  type: ReportType;
  /** What is wrong with a row or with all of them, by its JSON Pointer within the rows. */
  at: (field: string) => string | undefined;
}

const PAGE_LENGTH = 25;

/** Who gets which part: a recipient a line, and a column for each filter that narrows theirs. */
export function BurstTable({ rows, onChange, type, at }: Props) {
  const filters = useMemo(
    () => fieldsOf(type.parameters_schema).filter((field) => isFilter(field)),
    [type],
  );
  const known = useKnownNames(type.name);
  const [chosen, setChosen] = useState(() =>
    columnsOf(rows).length > 0 ? columnsOf(rows) : filters.slice(0, 1).map((each) => each.name),
  );
  const [page, setPage] = useState(1);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_LENGTH));
  const first = (Math.min(page, pages) - 1) * PAGE_LENGTH;
  const columns = filters.filter((field) => chosen.includes(field.name));
  const put = (index: number, row: BurstRow) =>
    onChange(rows.map((each, place) => (place === index ? row : each)));

  return (
    <>
      <MultiSelect
        label="Narrowed down by"
        description="What a line leaves empty is not narrowed down."
        data={filters.map((field) => ({ value: field.name, label: field.title }))}
        value={chosen}
        onChange={(names) => {
          setChosen(names);
          const gone = chosen.filter((name) => !names.includes(name));
          if (gone.length === 0) return;
          onChange(rows.map((row) => gone.reduce((less, name) => withValues(less, name, []), row)));
        }}
        maw={480}
      />
      <ul className={classes.rows} aria-label="Recipients of parts">
        {rows.slice(first, first + PAGE_LENGTH).map((row, place) => (
          <Row
            key={first + place}
            number={first + place + 1}
            headed={place === 0}
            row={row}
            onChange={(changed) => put(first + place, changed)}
            onRemove={() => onChange(rows.filter((_, index) => index !== first + place))}
            columns={columns}
            known={known}
            languages={type.languages}
            error={at(`/${first + place}`)}
          />
        ))}
      </ul>
      {pages > 1 && (
        <Pagination
          total={pages}
          value={Math.min(page, pages)}
          onChange={setPage}
          getItemProps={(number) => ({ "aria-label": `Recipients, page ${number}` })}
        />
      )}
      <Group gap="sm">
        <Button
          variant="default"
          leftSection={<PlusIcon aria-hidden />}
          onClick={() => {
            onChange([...rows, { to: "" }]);
            setPage(Math.ceil((rows.length + 1) / PAGE_LENGTH));
          }}
        >
          Add a recipient
        </Button>
        <PastedRows
          filters={filters.map((field) => field.name)}
          onRows={(pasted) => {
            onChange([...rows.filter((row) => row.to.trim() !== ""), ...pasted]);
            setChosen([...new Set([...chosen, ...columnsOf(pasted)])]);
          }}
        />
      </Group>
    </>
  );
}

interface RowProps {
  /** From 1. */
  number: number;
  /** Whether the names of its columns stand above it. */
  headed: boolean;
  row: BurstRow;
  onChange: (row: BurstRow) => void;
  onRemove: () => void;
  columns: readonly Field[];
  known: KnownNames;
  languages: readonly string[];
  error: string | undefined;
}

function Row(props: RowProps) {
  const { number, headed, row, onChange, onRemove, columns, known, languages, error } = props;
  const wrong = useId();
  const who = row.to.trim() || `recipient ${number}`;
  const own = [
    row.channel && row.channel !== "email" ? `by ${row.channel}` : "",
    row.formats ? row.formats.map(formatName).join(", ") : "",
  ].filter(Boolean);
  return (
    <li className={classes.row}>
      <TextInput
        label={headed ? "To" : undefined}
        aria-label={`Recipient ${number}`}
        placeholder="someone@example.com"
        value={row.to}
        onChange={(event) => onChange({ ...row, to: event.currentTarget.value.trim() })}
        error={error !== undefined}
        aria-describedby={error === undefined ? undefined : wrong}
        description={own.length > 0 ? own.join(", ") : undefined}
        inputWrapperOrder={["label", "input", "description"]}
      />
      {columns.map((field) => (
        <TagsInput
          key={field.name}
          label={headed ? field.title : undefined}
          aria-label={`${field.title} for ${who}`}
          placeholder={
            valuesOf(row, field.name).length === 0 ? `All ${field.title.toLowerCase()}` : ""
          }
          data={"options" in field ? [...field.options] : (known.of(field.name)?.names ?? [])}
          limit={100}
          value={valuesOf(row, field.name)}
          onChange={(values) => onChange(withValues(row, field.name, values))}
        />
      ))}
      {languages.length > 1 && (
        <Select
          label={headed ? "Language" : undefined}
          aria-label={`Language for ${who}`}
          placeholder="The report's"
          data={languages.map((tag) => ({ value: tag, label: languageName(tag) }))}
          value={row.language ?? null}
          onChange={(language) => onChange({ ...row, language })}
          clearable
          clearButtonProps={{ "aria-label": "The report's language" }}
        />
      )}
      <ActionIcon
        variant="subtle"
        color="gray"
        size="input-sm"
        aria-label={`Remove ${who}`}
        onClick={onRemove}
      >
        <TrashIcon />
      </ActionIcon>
      {error !== undefined && (
        <Input.Error id={wrong} className={classes.wrong}>
          {error}
        </Input.Error>
      )}
    </li>
  );
}

/** Whether parts can differ in it: what the report is about, not how it is drawn. */
function isFilter(field: Field): boolean {
  return field.kind === "names" || field.kind === "choices";
}
