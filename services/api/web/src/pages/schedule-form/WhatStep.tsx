import { SegmentedControl, Select, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { definitionsQuery } from "../../api/planning";
import { DefinitionFields } from "../../features/definitions/DefinitionFields";
import { useReportTitle } from "../../features/runs/report-names";
import type { Draft } from "./draft";
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
        <DefinitionFields
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
