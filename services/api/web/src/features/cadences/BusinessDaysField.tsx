import { Select, Switch, TextInput } from "@mantine/core";

import type { BusinessDays } from "./cadence";
import classes from "./CadenceField.module.css";
import { countries } from "./zones";

interface Props {
  value: BusinessDays | null;
  onChange: (days: BusinessDays | null) => void;
  at: (field: string) => string | undefined;
}

/** Whether weekends, holidays and the organisation's own days off are left out. */
export function BusinessDaysField({ value, onChange, at }: Props) {
  return (
    <>
      <Switch
        label="Business days alone"
        description="No weekend, no public holiday, none of your organisation's days off."
        checked={value !== null}
        onChange={(event) => onChange(event.currentTarget.checked ? { on_day_off: "skip" } : null)}
      />
      {value !== null && (
        <div className={classes.row}>
          <Select
            label="Holidays of"
            placeholder="No country"
            data={countries()}
            value={value.country ?? null}
            onChange={(country) => onChange({ ...value, country, subdivision: null })}
            searchable
            clearable
            clearButtonProps={{ "aria-label": "No country" }}
            error={at("country")}
          />
          {value.country && (
            <TextInput
              label="Part of the country"
              placeholder="For instance BE"
              value={value.subdivision ?? ""}
              onChange={(event) =>
                onChange({ ...value, subdivision: event.currentTarget.value.trim() || null })
              }
              error={at("subdivision")}
            />
          )}
          <Select
            label="Where it falls on a day off"
            data={[
              { value: "skip", label: "Leave it out" },
              { value: "before", label: "The business day before" },
              { value: "after", label: "The business day after" },
            ]}
            value={value.on_day_off ?? "skip"}
            onChange={(chosen) =>
              onChange({ ...value, on_day_off: (chosen ?? "skip") as "skip" | "before" | "after" })
            }
            allowDeselect={false}
          />
        </div>
      )}
    </>
  );
}
