import "@mantine/dates/styles.layer.css";

import {
  Chip,
  Group,
  Input,
  NumberInput,
  SegmentedControl,
  Select,
  TextInput,
} from "@mantine/core";
import { DatePickerInput, TimeInput } from "@mantine/dates";

import { BusinessDaysField } from "./BusinessDaysField";
import classes from "./CadenceField.module.css";
import {
  asKind,
  type Cadence,
  cronWords,
  type DayOfMonth,
  type Kind,
  KINDS,
  MONTHS,
  ordinal,
  WEEKDAYS,
  type Weekday,
} from "./cadence";
import { timezones } from "./zones";

interface Props {
  value: Cadence;
  onChange: (cadence: Cadence) => void;
  /** What is wrong with a field of the cadence, by its name. */
  at: (field: string) => string | undefined;
}

const QUARTER_MONTHS = [
  { value: "1", label: "First: January, April, July, October" },
  { value: "2", label: "Second: February, May, August, November" },
  { value: "3", label: "Third: March, June, September, December" },
];

/** How often, on which days, at what time and by whose clock. */
export function CadenceField({ value, onChange, at }: Props) {
  const change = (changed: object) => onChange({ ...value, ...changed } as Cadence);
  return (
    <div className={classes.editor}>
      <Input.Wrapper label="How often" labelElement="div" labelProps={{ id: "how-often" }}>
        <SegmentedControl
          aria-labelledby="how-often"
          fullWidth
          className={classes.kinds}
          data={KINDS.map((kind) => ({ ...kind }))}
          value={value.kind}
          onChange={(kind) => onChange(asKind(value, kind as Kind))}
        />
      </Input.Wrapper>
      {value.kind === "weekly" && (
        <Input.Wrapper
          label="On"
          labelElement="div"
          labelProps={{ id: "weekdays" }}
          error={at("days")}
        >
          <Chip.Group
            multiple
            value={value.days}
            onChange={(days) => change({ days: days as Weekday[] })}
          >
            <Group gap="xs" mt={6} role="group" aria-labelledby="weekdays">
              {WEEKDAYS.map((day) => (
                <Chip key={day.value} value={day.value} variant="outline" radius="sm">
                  {day.label}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
        </Input.Wrapper>
      )}
      {value.kind === "quarterly" && (
        <Select
          label="Month of the quarter"
          data={QUARTER_MONTHS}
          value={String(value.month ?? 1)}
          onChange={(month) => change({ month: Number(month ?? 1) })}
          allowDeselect={false}
          error={at("month")}
        />
      )}
      {value.kind === "yearly" && (
        <Select
          label="Month"
          data={MONTHS.map((label, index) => ({ value: String(index + 1), label }))}
          value={String(value.month)}
          onChange={(month) => change({ month: Number(month ?? 1) })}
          allowDeselect={false}
          error={at("month")}
        />
      )}
      {"day" in value && (
        <DayField day={value.day} onChange={(day) => change({ day })} error={at("day")} />
      )}
      {value.kind === "cron" && (
        <TextInput
          label="Cron line"
          description="Minute, hour, day of the month, month, weekday (1 is Monday)."
          classNames={{ input: classes.mono }}
          value={value.expression}
          onChange={(event) => change({ expression: event.currentTarget.value })}
          error={at("expression")}
          inputWrapperOrder={["label", "description", "input", "error"]}
        />
      )}
      {value.kind === "cron" && (
        <p className={classes.words} aria-live="polite">
          {cronWords(value.expression) ?? "This line says no time yet."}
        </p>
      )}
      <div className={classes.row}>
        {value.kind !== "cron" && (
          <TimeInput
            label="At"
            value={value.time}
            onChange={(event) => change({ time: event.currentTarget.value })}
            error={at("time")}
          />
        )}
        <Select
          label="By the clock of"
          data={timezones(value.timezone)}
          value={value.timezone}
          onChange={(timezone) => change({ timezone: timezone ?? value.timezone })}
          searchable
          allowDeselect={false}
          error={at("timezone")}
        />
        <DatePickerInput
          label="From"
          placeholder="Now"
          clearable
          clearButtonProps={{ "aria-label": "No first day" }}
          valueFormat="D MMM YYYY"
          value={value.start ?? null}
          onChange={(start) => change({ start })}
          error={at("start")}
        />
        <DatePickerInput
          label="Until"
          placeholder="Further notice"
          clearable
          clearButtonProps={{ "aria-label": "No last day" }}
          valueFormat="D MMM YYYY"
          value={value.end ?? null}
          onChange={(end) => change({ end })}
          error={at("end")}
        />
      </div>
      <BusinessDaysField
        value={value.business_days ?? null}
        onChange={(business_days) => change({ business_days })}
        at={(field) => at(`business_days/${field}`)}
      />
    </div>
  );
}

interface DayProps {
  day: DayOfMonth;
  onChange: (day: DayOfMonth) => void;
  error: string | undefined;
}

const NTHS = [1, 2, 3, 4, 5, "last"] as const;

function DayField({ day, onChange, error }: DayProps) {
  const kind = day === "last" ? "last" : typeof day === "number" ? "number" : "weekday";
  return (
    <div className={classes.row}>
      <Select
        label="On"
        data={[
          { value: "number", label: "A day by its number" },
          { value: "last", label: "The last day" },
          { value: "weekday", label: "A weekday of the month" },
        ]}
        value={kind}
        onChange={(chosen) =>
          onChange(
            chosen === "last" ? "last" : chosen === "weekday" ? { nth: 1, weekday: "monday" } : 1,
          )
        }
        allowDeselect={false}
        error={kind === "last" ? error : undefined}
      />
      {typeof day === "number" && (
        <NumberInput
          label="Day"
          min={1}
          max={31}
          allowDecimal={false}
          value={day}
          onChange={(typed) => onChange(Number(typed) || 1)}
          error={error}
        />
      )}
      {typeof day === "object" && (
        <>
          <Select
            label="Which"
            data={NTHS.map((nth) => ({
              value: String(nth),
              label: nth === "last" ? "Last" : ordinal(nth),
            }))}
            value={String(day.nth)}
            onChange={(chosen) => {
              const nth = NTHS.find((each) => String(each) === chosen) ?? 1;
              onChange({ ...day, nth });
            }}
            allowDeselect={false}
            error={error}
          />
          <Select
            label="Weekday"
            data={WEEKDAYS.map(({ value, label }) => ({ value, label }))}
            value={day.weekday}
            onChange={(weekday) => onChange({ ...day, weekday: (weekday ?? "monday") as Weekday })}
            allowDeselect={false}
          />
        </>
      )}
    </div>
  );
}
