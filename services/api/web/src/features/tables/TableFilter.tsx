import { Button, Popover, Select, Stack } from "@mantine/core";
import { MixerHorizontalIcon } from "@radix-ui/react-icons";

import { cellText } from "../document/figures";
import type { Choosable } from "./choices";

interface Props {
  /** The table's title. */
  of: string;
  columns: readonly Choosable[];
  only: Readonly<Record<string, string>>;
  onOnly: (only: Record<string, string>) => void;
}

/** Narrows a table down to rows with chosen values, column by column. */
export function TableFilter({ of, columns, only, onOnly }: Props) {
  const chosen = columns.filter((each) => only[each.column.name] !== undefined).length;
  return (
    <Popover position="bottom-end" width={260} trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<MixerHorizontalIcon aria-hidden />}
          aria-label={`Filter ${of}${chosen > 0 ? `, ${chosen} chosen` : ""}`}
        >
          Filter{chosen > 0 && ` (${chosen})`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          {columns.map(({ column, values }) => (
            <Select
              key={column.name}
              size="xs"
              label={column.title}
              placeholder="Any"
              data={values.map((value) => ({ value, label: cellText(value, column, "UTC") }))}
              value={only[column.name] ?? null}
              onChange={(value) => {
                const others = Object.entries(only).filter(([name]) => name !== column.name);
                onOnly(
                  Object.fromEntries(value === null ? others : [...others, [column.name, value]]),
                );
              }}
              searchable
              clearable
              clearButtonProps={{ "aria-label": `Any ${column.title}` }}
              // Else a choice would count as a click outside of what is open.
              comboboxProps={{ withinPortal: false }}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
