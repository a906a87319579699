import { Input, SegmentedControl, Select, Stack, Switch, Textarea } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";

import type { ReportType } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import { Notice } from "../../parts/Notice";
import type { Burst } from "./bursts";
import classes from "./BurstField.module.css";
import { BurstTable } from "./BurstTable";

interface Props {
  value: Burst | null;
  onChange: (burst: Burst | null) => void;
  type: ReportType | undefined;
  /** What is wrong with a field, named by its JSON Pointer within the burst. */
  at: (field: string) => string | undefined;
}

const FIRST: Burst = { rows: [{ to: "" }], when_empty: "send" };

/** Whether there are recipients who each get a part of the report, and which. */
export function BurstField({ value, onChange, type, at }: Props) {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const byQuery = typeof value?.query === "string";
  const mayQuery = byQuery || session.signed_in?.role === "admin";
  return (
    <Stack gap="md">
      <Switch
        label="Others get a part of it each"
        description="For instance every producer the report of their own projects. Each part is a report of its own; the parts add up to the whole."
        checked={value !== null}
        onChange={(event) => onChange(event.currentTarget.checked ? FIRST : null)}
      />
      {value !== null && type === undefined && (
        <Notice tone="wait">Choose the report first: it says what parts there can be.</Notice>
      )}
      {value !== null && type !== undefined && (
        <>
          {mayQuery && (
            <SegmentedControl
              className={classes.ways}
              aria-label="Where its recipients come from"
              data={[
                { value: "rows", label: "A table of them" },
                { value: "query", label: "A query for them" },
              ]}
              value={byQuery ? "query" : "rows"}
              onChange={(way) =>
                onChange({
                  ...FIRST,
                  when_empty: value.when_empty ?? "send",
                  ...(way === "query" ? { rows: [], query: "" } : {}),
                })
              }
            />
          )}
          {byQuery ? (
            <Textarea
              label="Query"
              description="A SELECT on the report's source whose columns are `to`, if need be `channel`, `formats` and `language`, and filters of the report. An administrator's alone."
              classNames={{ input: classes.query }}
              autosize
              minRows={3}
              value={value.query ?? ""}
              onChange={(event) => onChange({ ...value, query: event.currentTarget.value })}
              error={at("/query")}
            />
          ) : (
            <BurstTable
              rows={value.rows ?? []}
              onChange={(rows) => onChange({ ...value, rows })}
              type={type}
              at={(field) => at(`/rows${field}`)}
            />
          )}
          {at("") && !at("/rows") && !at("/query") && <Input.Error>{at("")}</Input.Error>}
          <Select
            label="A part with nothing in it"
            data={[
              { value: "send", label: "Is sent, and says so" },
              { value: "leave_out", label: "Is left out" },
            ]}
            value={value.when_empty ?? "send"}
            onChange={(chosen) =>
              onChange({ ...value, when_empty: chosen === "leave_out" ? "leave_out" : "send" })
            }
            allowDeselect={false}
            maw={300}
          />
        </>
      )}
    </Stack>
  );
}
