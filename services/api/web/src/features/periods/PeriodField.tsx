import { Chip, Group, Input, Select, Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";

import { type ChosenPeriod, MORE_PRESETS, presetNamed, PRESETS } from "./presets";

interface Props {
  value: ChosenPeriod;
  onChange: (period: ChosenPeriod) => void;
  error?: string | undefined;
}

const DaysField = lazy(() => import("./DaysField"));

const OWN_DAYS = "own-days";

/** Which days a report covers: relative to today, or two days of a calendar. */
export function PeriodField({ value, onChange, error }: Props) {
  const preset = "preset" in value ? value.preset : undefined;
  const isCommon = PRESETS.some((each) => each.value === preset);

  return (
    <Input.Wrapper
      label="Period"
      labelElement="div"
      labelProps={{ id: "period-label" }}
      error={error}
    >
      <Chip.Group
        multiple={false}
        value={preset === undefined ? OWN_DAYS : preset}
        onChange={(chosen) => {
          const named = presetNamed(chosen);
          onChange(named ? { preset: named } : { from: null, to: null });
        }}
      >
        <Group gap="xs" mt={6} role="radiogroup" aria-labelledby="period-label">
          {PRESETS.map((each) => (
            <Chip key={each.value} value={each.value} variant="outline" radius="sm">
              {each.label}
            </Chip>
          ))}
          <Chip value={OWN_DAYS} variant="outline" radius="sm">
            Between two days…
          </Chip>
        </Group>
      </Chip.Group>
      <Group mt="sm" gap="sm">
        {preset === undefined ? (
          <Suspense fallback={<Skeleton h={36} w={300} />}>
            <DaysField
              value={"preset" in value ? [null, null] : [value.from, value.to]}
              onChange={onChange}
            />
          </Suspense>
        ) : (
          <Select
            aria-label="Other periods"
            placeholder="Other periods"
            w={220}
            data={MORE_PRESETS.map((each) => ({ ...each }))}
            value={isCommon ? null : preset}
            onChange={(chosen) => {
              const named = presetNamed(chosen ?? undefined);
              if (named) onChange({ preset: named });
            }}
          />
        )}
      </Group>
    </Input.Wrapper>
  );
}
