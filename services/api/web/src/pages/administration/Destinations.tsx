import { Button } from "@mantine/core";
import { PlusIcon } from "@radix-ui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Channel, Destination } from "../../api/administration";
import { answered, api } from "../../api/client";
import { channelsQuery, destinationsQuery } from "../../api/ledger";
import { EmptyState } from "../../parts/EmptyState";
import { Moment } from "../../parts/Moment";
import { StatusMark } from "../../parts/StatusMark";
import { TwoStepButton } from "../../parts/TwoStepButton";
import { Waiting } from "../../parts/Waiting";
import classes from "./Administration.module.css";
import { DestinationForm } from "./DestinationForm";
import { useChange } from "./useChange";

/** Where reports may go beside mailboxes: folders, buckets, webhooks, chats. */
export function Destinations() {
  // A test takes a moment; its outcome is looked for while one is under way.
  const destinations = useQuery({
    ...destinationsQuery,
    refetchInterval: (query) =>
      query.state.data?.some((each) => each.last_test?.at === null) ? 1_000 : false,
  });
  const { data: channels } = useQuery(channelsQuery);
  const [edited, setEdited] = useState<Destination | "new">();
  if (destinations.data === undefined || channels === undefined) return <Waiting />;
  const offered = channels.filter((channel) => channel.settings_schema !== null);
  const add = (
    <Button leftSection={<PlusIcon aria-hidden />} onClick={() => setEdited("new")}>
      Add a destination
    </Button>
  );
  return (
    <>
      <div className={classes.above}>
        <p>
          Named once here, chosen by name wherever reports are sent. Secrets are kept sealed and
          never shown again.
        </p>
        {destinations.data.length > 0 && add}
      </div>
      {destinations.data.length === 0 && (
        <EmptyState title="No destination yet" action={add}>
          Reports go out by e-mail without one. For a bucket, a folder, a webhook or a chat, add
          one.
        </EmptyState>
      )}
      <ul className={classes.list} aria-label="Destinations">
        {destinations.data.map((destination) => (
          <Row
            key={destination.id}
            destination={destination}
            channel={channels.find((each) => each.name === destination.channel)}
            onEdit={() => setEdited(destination)}
          />
        ))}
      </ul>
      {edited && (
        <DestinationForm
          destination={edited === "new" ? undefined : edited}
          channels={offered}
          onClose={() => setEdited(undefined)}
        />
      )}
    </>
  );
}

interface RowProps {
  destination: Destination;
  channel: Channel | undefined;
  onEdit: () => void;
}

function Row({ destination, channel, onEdit }: RowProps) {
  const path = { params: { path: { name: destination.name } } };
  const key = destinationsQuery.queryKey;
  const test = useChange(
    () => answered(api.POST("/api/v1/destinations/{name}/test", path)),
    key,
    "A small file is on its way",
  );
  const toggle = useChange(
    (disabled: boolean) =>
      answered(
        api.PATCH("/api/v1/destinations/{name}", {
          params: { ...path.params, header: { "if-match": `"${destination.version}"` } },
          body: { disabled },
        }),
      ),
    key,
  );
  const remove = useChange(
    () => answered<unknown>(api.DELETE("/api/v1/destinations/{name}", path)),
    key,
    "Deleted",
  );
  const tested = destination.last_test;
  return (
    <li className={classes.row}>
      <span className={classes.words}>
        <span className={classes.name}>{destination.name}</span>
        <span className={classes.quiet}>{channel?.title ?? destination.channel}</span>
        {destination.disabled_because && (
          <span className={classes.quiet}>Not in use: {destination.disabled_because}</span>
        )}
      </span>
      <span className={classes.words}>
        {tested === null ? (
          <span className={classes.quiet}>Not tested yet</span>
        ) : (
          <>
            <StatusMark
              status={tested.outcome === "refused" ? "failed" : (tested.outcome ?? "sending")}
            />
            <span className={classes.quiet}>
              tested <Moment at={tested.at ?? tested.asked_at} />
              {tested.outcome !== "sent" && tested.answer && `: ${tested.answer}`}
            </span>
          </>
        )}
      </span>
      <span className={classes.buttons}>
        <Button
          size="xs"
          variant="default"
          loading={test.isPending}
          onClick={() => test.mutate(undefined)}
        >
          Test
        </Button>
        <Button size="xs" variant="default" onClick={onEdit}>
          Change
        </Button>
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          onClick={() => toggle.mutate(destination.disabled_because === null)}
        >
          {destination.disabled_because === null ? "Switch off" : "Switch on"}
        </Button>
        <TwoStepButton
          size="xs"
          label="Delete"
          sure="Delete it and its secrets"
          named={`Delete ${destination.name}`}
          loading={remove.isPending}
          onSure={() => remove.mutate(undefined)}
        />
      </span>
    </li>
  );
}
