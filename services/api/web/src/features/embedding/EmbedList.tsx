import { Button, Skeleton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";

import { answered, api } from "../../api/client";
import { inWords } from "../../api/problems";
import { sessionQuery } from "../../api/queries";
import { Moment } from "../../parts/Moment";
import { Notice } from "../../parts/Notice";
import { CopyLink } from "../sharing/CopyLink";
import classes from "../sharing/Sharing.module.css";
import { type Embed, embedsQuery, snippet, stateWord, type WidgetName } from "./embeds";

interface Props {
  widget: WidgetName;
  name: string;
}

/** Where a widget is shown, to be copied again or taken back. */
export function EmbedList({ widget, name }: Props) {
  const embeds = useQuery(embedsQuery(widget));
  if (embeds.error) {
    return (
      <Notice tone="bad" title="They cannot be listed">
        {inWords(embeds.error)}
      </Notice>
    );
  }
  if (embeds.data === undefined) return <Skeleton h={60} aria-label="Reading where it is shown" />;
  if (embeds.data.length === 0) return <p className={classes.quiet}>Nowhere yet.</p>;
  return (
    <ul className={classes.list} aria-label="Where it is shown">
      {embeds.data.map((embed) => (
        <Row key={embed.id} embed={embed} name={name} />
      ))}
    </ul>
  );
}

function Row({ embed, name }: { embed: Embed; name: string }) {
  const client = useQueryClient();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const [sure, setSure] = useState(false);
  const revoke = useMutation({
    mutationFn: () =>
      answered<unknown>(
        api.DELETE("/api/v1/embeds/{embed_id}", { params: { path: { embed_id: embed.id } } }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: embedsQuery(embed.widget).queryKey }),
    onError: (error) =>
      notifications.show({
        color: "warning",
        title: "It was not taken back",
        message: inWords(error),
      }),
  });
  const who = session.signed_in;
  const own = who?.role === "admin" || who?.sub === embed.created_by;
  const open = embed.state === "open";
  const sites = embed.origins.map((origin) => new URL(origin).host).join(", ");
  return (
    <li className={classes.link} data-over={!open || undefined}>
      <span className={classes.words}>
        <span>
          <strong>{sites}</strong> · {stateWord(embed)}
          {open && (
            <>
              , ends <Moment at={embed.expires_at} />
            </>
          )}
        </span>
        <span className={classes.quiet}>
          {embed.last_used_at === null ? (
            "not looked at yet"
          ) : (
            <>
              last looked at <Moment at={embed.last_used_at} />
            </>
          )}{" "}
          · made by {embed.created_by} <Moment at={embed.created_at} />
        </span>
      </span>
      {open && (
        <span className={classes.buttons}>
          <CopyLink
            address={snippet(embed, name, location.origin)}
            label={`Copy the snippet for ${sites}`}
          />
          {own && (
            // Nothing brings a revoked one back, so it takes two steps.
            <Button
              size="xs"
              variant={sure ? "filled" : "subtle"}
              color="warning"
              loading={revoke.isPending}
              onClick={() => (sure ? revoke.mutate() : setSure(true))}
              onBlur={() => setSure(false)}
            >
              {sure ? "Revoke for good" : "Revoke"}
            </Button>
          )}
        </span>
      )}
    </li>
  );
}
