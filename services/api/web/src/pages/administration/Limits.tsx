import { Button, NumberInput, Select, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";

import { type Settings, settingsQuery } from "../../api/administration";
import { answered, api } from "../../api/client";
import { timezones } from "../../features/cadences/zones";
import { Notice } from "../../parts/Notice";
import { Waiting } from "../../parts/Waiting";
import classes from "./Administration.module.css";
import { useChange } from "./useChange";

interface NumberSetting {
  name: {
    [Name in keyof Settings]: Settings[Name] extends number ? Name : never;
  }[keyof Settings];
  label: string;
  description: string;
  suffix?: string;
}

const NUMBERS: readonly NumberSetting[] = [
  {
    name: "retention_days",
    label: "Files are kept for",
    description: "A definition may say otherwise.",
    suffix: " days",
  },
  {
    name: "freshness_seconds",
    label: "A report may share data that are as old as",
    description: "0: each reads the source anew.",
    suffix: " s",
  },
  {
    name: "max_backlog",
    label: "Reports that may wait",
    description: "Beyond that, new ones are refused until some are done.",
  },
  {
    name: "max_runs_per_hour",
    label: "Runs by hand in an hour",
    description: "Of definitions and schedules; fires do not count.",
  },
  { name: "max_schedules", label: "Schedules", description: "How many there may be." },
  {
    name: "schedule_minimum_minutes",
    label: "Between two fires of a schedule",
    description: "At least so long.",
    suffix: " min",
  },
  {
    name: "schedule_failure_limit",
    label: "Failed runs in a row that disable a schedule",
    description: "Its owner and you get a mail.",
  },
  {
    name: "max_burst_rows",
    label: "Parts of a burst",
    description: "How many recipients may get a part of a report each.",
  },
];

/** Zone, retention, limits, and what may be reported about people. */
export function Limits() {
  const settings = useQuery(settingsQuery);
  if (settings.data === undefined) return <Waiting />;
  return <Form initial={settings.data} />;
}

function Form({ initial }: { initial: Settings }) {
  const [settings, setSettings] = useState(initial);
  const save = useChange(
    () => answered(api.PATCH("/api/v1/settings", { body: settings })),
    settingsQuery.queryKey,
    "Saved",
  );
  const change = (changed: Partial<Settings>) => setSettings({ ...settings, ...changed });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate(undefined);
  };
  const elsewhere = save.elsewhere(["/timezone", ...NUMBERS.map((each) => `/${each.name}`)]);
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      {elsewhere && (
        <Notice tone="bad" title="That cannot be">
          {elsewhere}
        </Notice>
      )}
      <div className={classes.fields}>
        <Select
          label="Time zone"
          description="Whose days reports cover, unless they say otherwise."
          data={timezones(settings.timezone)}
          value={settings.timezone}
          onChange={(timezone) => change({ timezone: timezone ?? settings.timezone })}
          searchable
          allowDeselect={false}
          error={save.at("/timezone")}
        />
        {NUMBERS.map(({ name, ...said }) => (
          <NumberInput
            key={name}
            {...said}
            min={0}
            allowDecimal={false}
            thousandSeparator=","
            value={settings[name]}
            onChange={(typed) => change({ [name]: Number(typed) })}
            error={save.at(`/${name}`)}
          />
        ))}
      </div>
      <Switch
        label="Reviewers' productivity may be reported"
        description="As figures of the whole team."
        checked={settings.reviewer_productivity}
        onChange={(event) => change({ reviewer_productivity: event.currentTarget.checked })}
      />
      <Switch
        label="Also by person"
        description="Ask the people, and their council where there is one, before."
        checked={settings.reviewer_productivity_by_person}
        onChange={(event) =>
          change({ reviewer_productivity_by_person: event.currentTarget.checked })
        }
      />
      <div>
        <Button type="submit" loading={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
