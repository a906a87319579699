import { Anchor, Button, TextInput } from "@mantine/core";
import "@mantine/dates/styles.layer.css";
import { DatePickerInput } from "@mantine/dates";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type SyntheticEvent, useState } from "react";

import { whyQuery } from "../../api/planning";
import { inWords } from "../../api/problems";
import { EmptyState } from "../../parts/EmptyState";
import { day } from "../../parts/moments";
import { Notice } from "../../parts/Notice";
import { PageHeader } from "../../parts/PageHeader";
import { StatusMark } from "../../parts/StatusMark";
import { Waiting } from "../../parts/Waiting";
import classes from "./Why.module.css";

const route = getRouteApi("/inside/schedules/why");

/** Of every schedule that names an address: what it did on a day, in words. */
export function Why() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/schedules/why" });
  const [recipient, setRecipient] = useState(search.recipient ?? "");
  const [date, setDate] = useState<string | null>(search.date ?? today());
  const asked = search.recipient !== undefined && search.date !== undefined;
  const answers = useQuery({
    ...whyQuery(search.recipient ?? "", search.date ?? ""),
    enabled: asked,
  });

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (date) void navigate({ search: { recipient: recipient.trim(), date }, replace: true });
  };

  return (
    <>
      <PageHeader
        title="Why did I (not) get it?"
        above={
          <Anchor component={Link} to="/schedules">
            Schedules
          </Anchor>
        }
        about="Name whoever waits for a report, and the day."
      />
      <form onSubmit={submit} className={classes.form} noValidate>
        <TextInput
          label="E-mail address"
          placeholder="someone@example.com"
          value={recipient}
          onChange={(event) => setRecipient(event.currentTarget.value)}
        />
        <DatePickerInput label="Day" valueFormat="D MMM YYYY" value={date} onChange={setDate} />
        <Button type="submit" disabled={recipient.trim() === "" || date === null}>
          Find out
        </Button>
      </form>
      {answers.error && (
        <Notice tone="bad" title="That could not be found out">
          {inWords(answers.error)}
        </Notice>
      )}
      {asked && answers.isPending && <Waiting />}
      {answers.data?.entries.length === 0 && (
        <EmptyState title="No schedule sends to this address">
          None names it, and none sent anything to it on {day(answers.data.date)}. Is it written as
          the schedule has it?
        </EmptyState>
      )}
      {answers.data && answers.data.entries.length > 0 && (
        <ul className={classes.list}>
          {answers.data.entries.map((entry, index) => (
            <li key={index}>
              <StatusMark status={entry.verdict} />
              <div>
                <Link to="/schedules/$id" params={{ id: entry.schedule }} className={classes.name}>
                  {entry.name}
                </Link>
                <p>{entry.answer}</p>
                {entry.run && (
                  <Link to="/runs/$id" params={{ id: entry.run }}>
                    Look at the report
                  </Link>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function today(): string {
  const now = new Date();
  const two = (number: number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
