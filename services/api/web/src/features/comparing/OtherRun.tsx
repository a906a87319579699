import { Button, Select } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import type { Run, RunSummary } from "../../api/client";
import { runQuery, runsQuery } from "../../api/queries";
import { days, exact } from "../../parts/moments";
import { occasionWords } from "../runs/occasions";

interface Props {
  run: Run;
  /** The id of the other run. */
  value: string | undefined;
  onChange: (id: string | undefined) => void;
}

const OFFERED = 100;

/** The run to compare with: of the same definition, or of the same type where it has none. */
export function OtherRun({ run, value, onChange }: Props) {
  const of = run.definition ? { definition: run.definition } : { type: run.type };
  const runs = useInfiniteQuery(runsQuery({ ...of, status: "completed" }, OFFERED));
  const chosen = useQuery({ ...runQuery(value ?? ""), enabled: value !== undefined });
  const offered: Pick<RunSummary, "id" | "period" | "created_at" | "occasion" | "requested_by">[] =
    (runs.data?.pages[0]?.items ?? []).filter((each) => each.id !== run.id);
  // A link may name one that is older than what is offered here.
  if (chosen.data && !offered.some((each) => each.id === value)) offered.push(chosen.data);
  return (
    <>
      <Select
        size="sm"
        w={340}
        maw="100%"
        label="Compare with"
        placeholder={offered.length > 0 ? "Another run…" : "There is no other run yet"}
        disabled={offered.length === 0}
        searchable
        nothingFoundMessage="No run fits that"
        data={offered.map((each) => ({
          value: each.id,
          label: `${days(each.period.from, each.period.to)}, ${occasionWords(each)}, ${exact(new Date(each.created_at))}`,
        }))}
        value={value ?? null}
        onChange={(id) => onChange(id ?? undefined)}
        allowDeselect={false}
      />
      {value !== undefined && (
        <Button size="sm" variant="default" onClick={() => onChange(undefined)}>
          Do not compare
        </Button>
      )}
    </>
  );
}
