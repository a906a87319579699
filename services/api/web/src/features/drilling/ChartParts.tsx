import { Select } from "@mantine/core";

import { useReportDrilling } from "./drilling";
import { type Marks, partWords } from "./narrowing";

/** The parts that a chart shows, to be opened by their names: without a mouse, or a steady hand. */
export function ChartParts({ of, marks }: { of: string; marks: Marks }) {
  const drilling = useReportDrilling();
  if (drilling === undefined) return null;
  const parts = Object.entries(marks).flatMap(([field, values]) =>
    Object.entries(values)
      .filter(([, narrowing]) => drilling.leads(narrowing))
      .map(([value, narrowing]) => ({ key: `${field}/${value}`, value, narrowing })),
  );
  if (parts.length < 2) return null;
  return (
    <Select
      size="xs"
      w={180}
      aria-label={`Open a part of ${of}`}
      placeholder="Open a part…"
      searchable
      value={null}
      nothingFoundMessage="There is no such part"
      data={parts.map(({ key, value, narrowing }) => ({
        value: key,
        label: narrowing.first_day ? partWords(narrowing) : value,
      }))}
      onChange={(chosen) => {
        const part = parts.find(({ key }) => key === chosen);
        if (part) drilling.open(part.narrowing);
      }}
    />
  );
}
