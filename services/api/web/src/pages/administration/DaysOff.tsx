import "@mantine/dates/styles.layer.css";

import { Button, TextInput } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import { useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";

import { daysOffQuery } from "../../api/administration";
import { answered, api, type Schemas } from "../../api/client";
import { day as dayWords } from "../../parts/moments";
import { Waiting } from "../../parts/Waiting";
import classes from "./Administration.module.css";
import { useChange } from "./useChange";

type Days = Schemas["DayOff"][];

/** The organisation's own days off, beside public holidays. */
export function DaysOff() {
  const daysOff = useQuery(daysOffQuery);
  const [day, setDay] = useState<string | null>(null);
  const [name, setName] = useState("");
  const save = (days: Days) => answered(api.PUT("/api/v1/settings/days-off", { body: { days } }));
  const put = useChange(
    ({ now }: { now: Days; before: Days }) => save(now),
    daysOffQuery.queryKey,
    {
      words: "The days off are saved",
      undo: ({ before }) => save(before),
    },
  );
  if (daysOff.data === undefined) return <Waiting />;
  const { days } = daysOff.data;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (day === null) return;
    const now = [...days.filter((each) => each.day !== day), { day, name: name.trim() }];
    put.mutate(
      { now, before: days },
      {
        onSuccess: () => {
          setDay(null);
          setName("");
        },
      },
    );
  };
  return (
    <>
      <div className={classes.above}>
        <p>
          Schedules on business days leave them out, or move off them. Public holidays come with
          each schedule's country.
        </p>
      </div>
      <form className={classes.above} onSubmit={submit} noValidate>
        <div className={classes.fields}>
          <DatePickerInput
            label="Day"
            placeholder="Choose one"
            valueFormat="D MMM YYYY"
            value={day}
            onChange={setDay}
          />
          <TextInput
            label="Name"
            placeholder="Company outing"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </div>
        <Button type="submit" loading={put.isPending} disabled={day === null || name.trim() === ""}>
          Add
        </Button>
      </form>
      {days.length === 0 && <p className={classes.quiet}>None yet.</p>}
      <ul className={classes.list} aria-label="Days off">
        {days.map((each) => (
          <li key={each.day} className={classes.row}>
            <span className={classes.name}>{each.name}</span>
            <span>{dayWords(each.day)}</span>
            <Button
              size="xs"
              variant="subtle"
              color="warning"
              aria-label={`Remove ${each.name}`}
              onClick={() =>
                put.mutate({ now: days.filter((other) => other !== each), before: days })
              }
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
