import "@mantine/dates/styles.layer.css";

import { DatePickerInput } from "@mantine/dates";

interface Props {
  /** The first day and the last one, as YYYY-MM-DD. */
  value: [string | null, string | null];
  onChange: (days: { from: string | null; to: string | null }) => void;
}

/** Two days of a calendar, which is loaded once somebody wants one. */
export default function DaysField({ value, onChange }: Props) {
  return (
    <DatePickerInput
      type="range"
      aria-label="First and last day"
      placeholder="First and last day"
      allowSingleDateInRange
      numberOfColumns={2}
      w={300}
      clearable
      clearButtonProps={{ "aria-label": "Clear the days" }}
      valueFormat="D MMM YYYY"
      highlightToday
      value={value}
      onChange={([from, to]) => onChange({ from, to })}
    />
  );
}
