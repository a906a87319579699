import { Group, NumberInput, Radio, Select, Stack, Switch, TextInput } from "@mantine/core";
import { TimeInput } from "@mantine/dates";

import { plainWords } from "../../features/document/figures";
import { COMPARISONS, type Comparison, type Condition } from "../../features/schedules/conditions";
import type { Draft, Readiness } from "./draft";
import classes from "./ScheduleForm.module.css";

interface Props {
  draft: Draft;
  change: (changed: Partial<Draft>) => void;
  at: (field: string) => string | undefined;
  /** The key figures of the report. */
  kpis: readonly string[];
}

/** Whether it is worth sending, and what it waits for. */
export function ConditionStep({ draft, change, at, kpis }: Props) {
  const { condition } = draft;
  const readiness = (changed: Partial<Readiness>) =>
    change({
      readiness: {
        signal: "warehouse-loaded",
        not_later_than: "11:00",
        fallback: "send_stale",
        ...draft.readiness,
        ...changed,
      },
    });
  return (
    <Stack gap="lg">
      <Radio.Group
        label="It is sent"
        value={condition.kind}
        onChange={(kind) => change({ condition: conditionOf(kind, kpis) })}
        error={at("/condition")}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="always" label="Always" />
          <Radio value="if_rows" label="If there is anything in it" />
          <Radio value="if_changed" label="If its figures changed since the last one" />
          <Radio value="kpi" label="If a key figure calls for it" disabled={kpis.length === 0} />
        </Stack>
      </Radio.Group>
      {condition.kind === "kpi" && (
        <Group align="end" gap="sm">
          <Select
            label="Key figure"
            data={kpis.map((kpi) => ({ value: kpi, label: plainWords(kpi) }))}
            value={condition.kpi}
            onChange={(kpi) => change({ condition: { ...condition, kpi: kpi ?? condition.kpi } })}
            allowDeselect={false}
          />
          <Select
            label="Compared"
            w={140}
            data={COMPARISONS.map((each) => ({ ...each }))}
            value={condition.compare}
            onChange={(compare) =>
              change({ condition: { ...condition, compare: (compare ?? "<") as Comparison } })
            }
            allowDeselect={false}
          />
          <NumberInput
            label="Value"
            description="One in percent as a share: 0.9 is 90 %."
            w={240}
            value={Number(condition.value)}
            onChange={(typed) => change({ condition: { ...condition, value: Number(typed) } })}
          />
        </Group>
      )}
      <Switch
        label="Wait for its data"
        description="Until whoever loads them gives a signal."
        checked={draft.readiness !== null}
        onChange={(event) =>
          event.currentTarget.checked ? readiness({}) : change({ readiness: null })
        }
      />
      {draft.readiness !== null && (
        <div className={classes.fields}>
          <TextInput
            label="Signal"
            value={draft.readiness.signal}
            onChange={(event) => readiness({ signal: event.currentTarget.value })}
            error={at("/readiness/signal")}
          />
          <TimeInput
            label="Not later than"
            value={draft.readiness.not_later_than}
            onChange={(event) => readiness({ not_later_than: event.currentTarget.value })}
            error={at("/readiness/not_later_than")}
          />
          <Select
            label="And if none has come by then"
            data={[
              { value: "send_stale", label: "Send it, and say that data may be old" },
              { value: "hold", label: "Hold it until the signal comes" },
              { value: "skip", label: "Leave it out" },
            ]}
            value={draft.readiness.fallback ?? "send_stale"}
            onChange={(fallback) => readiness({ fallback: (fallback ?? "send_stale") as never })}
            allowDeselect={false}
          />
        </div>
      )}
    </Stack>
  );
}

function conditionOf(kind: string, kpis: readonly string[]): Condition {
  switch (kind) {
    case "if_rows":
      return { kind };
    case "if_changed":
      return { kind };
    case "kpi":
      return { kind, kpi: kpis[0] ?? "", compare: "<", value: 0 };
    default:
      return { kind: "always" };
  }
}
