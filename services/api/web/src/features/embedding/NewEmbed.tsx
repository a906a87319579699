import { Button, Group, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";

import { answered, api } from "../../api/client";
import { inWords, Refused } from "../../api/problems";
import { Notice } from "../../parts/Notice";
import { CopyLink } from "../sharing/CopyLink";
import classes from "../sharing/Sharing.module.css";
import { embedsQuery, LIFETIMES, originsIn, snippet, type WidgetName } from "./embeds";

const USUAL = "90";

/** A new place for a widget: which sites may show it, and for how long. */
export function NewEmbed({ widget, name }: { widget: WidgetName; name: string }) {
  const client = useQueryClient();
  const [sites, setSites] = useState("");
  const [days, setDays] = useState(USUAL);
  const make = useMutation({
    mutationFn: () =>
      answered(
        api.POST("/api/v1/embeds", {
          body: { widget, origins: originsIn(sites), expires_in_days: Number(days) },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: embedsQuery(widget).queryKey }),
  });
  const refused = make.error instanceof Refused ? make.error : undefined;
  const elsewhere = refused
    ? refused.elsewhere(["/origins", "/expires_in_days"])
    : make.error && inWords(make.error);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    make.mutate();
  };
  const html = make.data && snippet(make.data, name, location.origin);

  return (
    <form onSubmit={submit} noValidate>
      <div className={classes.fields}>
        <TextInput
          label="Sites that may show it"
          description="One or several, with spaces between them; no other site can."
          placeholder="https://wiki.example.com"
          data-autofocus
          value={sites}
          onChange={(event) => setSites(event.currentTarget.value)}
          error={refused?.at("/origins")}
        />
        <Select
          label="Good for"
          data={[...LIFETIMES]}
          value={days}
          onChange={(chosen) => setDays(chosen ?? days)}
          allowDeselect={false}
          error={refused?.at("/expires_in_days")}
        />
      </div>
      {elsewhere && (
        <Notice tone="bad" title="It cannot be shown elsewhere">
          {elsewhere}
        </Notice>
      )}
      <Group justify="flex-end" mt="md">
        <Button type="submit" loading={make.isPending}>
          Make the snippet
        </Button>
      </Group>
      {html && (
        <div className={classes.made} role="status">
          <Textarea
            label="HTML for the other page"
            readOnly
            autosize
            minRows={2}
            value={html}
            onFocus={(event) => event.currentTarget.select()}
          />
          <CopyLink address={html} label="Copy the new snippet" />
        </div>
      )}
    </form>
  );
}
