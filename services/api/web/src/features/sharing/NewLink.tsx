import { Button, Group, NumberInput, PasswordInput, Select, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";

import { answered, api, type Run } from "../../api/client";
import { inWords, Refused } from "../../api/problems";
import { Notice } from "../../parts/Notice";
import { formatName } from "../runs/Files";
import { CopyLink } from "./CopyLink";
import { addressOf, LIFETIMES, linksQuery } from "./links";
import classes from "./Sharing.module.css";

const SHOWN = ["/format", "/expires_in_hours", "/password", "/max_downloads"];
const WEEK = "168";

/** A link to one file: for how long, with which password, for how many downloads. */
export function NewLink({ run, formats }: { run: Run; formats: readonly string[] }) {
  const client = useQueryClient();
  const [format, setFormat] = useState(formats[0] ?? "");
  const [hours, setHours] = useState(WEEK);
  const [password, setPassword] = useState("");
  const [most, setMost] = useState<number | null>(null);
  const make = useMutation({
    mutationFn: () =>
      answered(
        api.POST("/api/v1/reports/{run_id}/links", {
          params: { path: { run_id: run.id } },
          body: {
            format,
            expires_in_hours: Number(hours),
            password: password === "" ? null : password,
            max_downloads: most,
          },
        }),
      ),
    onSuccess: () => {
      setPassword("");
      void client.invalidateQueries({ queryKey: linksQuery(run.id).queryKey });
    },
  });
  const refused = make.error instanceof Refused ? make.error : undefined;
  const elsewhere = refused ? refused.elsewhere(SHOWN) : make.error && inWords(make.error);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    make.mutate();
  };
  const address = make.data && addressOf(make.data, location.origin);

  return (
    <form onSubmit={submit} noValidate>
      <div className={classes.fields}>
        <Select
          label="File"
          data-autofocus
          data={formats.map((each) => ({ value: each, label: formatName(each) }))}
          value={format}
          onChange={(chosen) => setFormat(chosen ?? format)}
          allowDeselect={false}
          error={refused?.at("/format")}
        />
        <Select
          label="Good for"
          data={[...LIFETIMES]}
          value={hours}
          onChange={(chosen) => setHours(chosen ?? hours)}
          allowDeselect={false}
          error={refused?.at("/expires_in_hours")}
        />
        <PasswordInput
          label="Password"
          description="Optional; send it by another way than the link."
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={refused?.at("/password")}
        />
        <NumberInput
          label="Downloads at most"
          description="Optional; without it as many as people like."
          allowDecimal={false}
          allowNegative={false}
          value={most ?? ""}
          onChange={(typed) => setMost(typed === "" ? null : Number(typed))}
          error={refused?.at("/max_downloads")}
        />
      </div>
      {elsewhere && (
        <Notice tone="bad" title="No link could be made">
          {elsewhere}
        </Notice>
      )}
      <Group justify="flex-end" mt="md">
        <Button type="submit" loading={make.isPending}>
          Make a link
        </Button>
      </Group>
      {address && (
        <div className={classes.made} role="status">
          <TextInput
            label="Whoever has this link gets the file"
            readOnly
            value={address}
            onFocus={(event) => event.currentTarget.select()}
          />
          <CopyLink address={address} label="Copy the new link" />
        </div>
      )}
    </form>
  );
}
