import { Button, Group, Modal, PasswordInput, Select, Stack, TextInput } from "@mantine/core";
import { type SyntheticEvent, useMemo, useState } from "react";

import type { Channel, Destination } from "../../api/administration";
import { answered, api } from "../../api/client";
import { destinationsQuery } from "../../api/ledger";
import { Refused } from "../../api/problems";
import { fieldsOf } from "../../features/parameters/fields";
import { ParameterField } from "../../features/parameters/ParameterField";
import { Notice } from "../../parts/Notice";
import { filled, patchOf, secretsOf } from "./destination-settings";
import { useChange } from "./useChange";

interface Props {
  destination: Destination | undefined;
  channels: readonly Channel[];
  onClose: () => void;
}

const CONFLICT = 412;

/** A destination's settings, as its channel's schema says. */
export function DestinationForm({ destination, channels, onClose }: Props) {
  const [channelName, setChannel] = useState(destination?.channel ?? channels[0]?.name ?? "");
  const channel = channels.find((each) => each.name === channelName);
  const schema = useMemo(() => channel?.settings_schema ?? {}, [channel]);
  const fields = useMemo(() => fieldsOf(schema), [schema]);
  const secrets = useMemo(() => secretsOf(schema), [schema]);
  const [name, setName] = useState(destination?.name ?? "");
  const [values, setValues] = useState<Record<string, unknown>>(destination?.settings ?? {});

  const save = useChange(
    () =>
      destination
        ? answered(
            api.PATCH("/api/v1/destinations/{name}", {
              params: {
                path: { name: destination.name },
                header: { "if-match": `"${destination.version}"` },
              },
              body: { settings: patchOf(fields, secrets, destination.settings, values) },
            }),
          )
        : answered(
            api.POST("/api/v1/destinations", {
              body: { name: name.trim(), channel: channelName, settings: filled(values) },
            }),
          ),
    destinationsQuery.queryKey,
    "Saved",
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate(undefined, { onSuccess: onClose });
  };
  const conflict = save.error instanceof Refused && save.error.status === CONFLICT;
  const elsewhere = save.elsewhere([
    "/name",
    "/channel",
    ...fields.map((field) => `/settings/${field.name}`),
  ]);

  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={destination ? `Change ${destination.name}` : "Add a destination"}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          {conflict && (
            <Notice tone="wait" title="Somebody else changed it meanwhile">
              Close this, and look at what is there now. Nothing of yours was saved.
            </Notice>
          )}
          {elsewhere && (
            <Notice tone="bad" title="It could not be saved">
              {elsewhere}
            </Notice>
          )}
          {!destination && (
            <>
              <TextInput
                label="Name"
                description="Small letters, digits, dots and dashes."
                data-autofocus
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                error={save.at("/name")}
              />
              <Select
                label="Kind"
                data={channels.map((each) => ({ value: each.name, label: each.title }))}
                value={channelName}
                onChange={(chosen) => {
                  setChannel(chosen ?? channelName);
                  setValues({});
                }}
                allowDeselect={false}
                description={channel?.description.split("\n")[0]}
                error={save.at("/channel")}
              />
            </>
          )}
          {fields.map((field) =>
            secrets.has(field.name) ? (
              <PasswordInput
                key={field.name}
                label={field.title}
                description={field.description}
                placeholder={
                  destination?.secrets.includes(field.name) ? "Kept; type to replace it" : ""
                }
                autoComplete="new-password"
                value={typeof values[field.name] === "string" ? String(values[field.name]) : ""}
                onChange={(event) =>
                  setValues({ ...values, [field.name]: event.currentTarget.value })
                }
                error={save.at(`/settings/${field.name}`)}
              />
            ) : (
              <ParameterField
                key={field.name}
                field={field}
                value={values[field.name] ?? field.initial}
                onChange={(value) => setValues({ ...values, [field.name]: value })}
                error={save.at(`/settings/${field.name}`)}
              />
            ),
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
