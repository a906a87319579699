import { Button, Group, Modal, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";

import { answered, api, type RunSummary } from "../../api/client";
import { inWords, Refused } from "../../api/problems";
import { runQuery } from "../../api/queries";
import { Notice } from "../../parts/Notice";
import { addressedTo, NOBODY } from "../recipients/recipients";
import { RecipientsField } from "../recipients/RecipientsField";

interface Props {
  run: Pick<RunSummary, "id">;
  opened: boolean;
  onClose: () => void;
}

/** Sends the files of a finished run to further recipients. */
export function SendTo({ run, opened, onClose }: Props) {
  const client = useQueryClient();
  const [recipients, setRecipients] = useState(NOBODY);
  const deliver_to = addressedTo(recipients);
  const send = useMutation({
    mutationFn: () =>
      answered(
        api.POST("/api/v1/reports/{run_id}/deliver", {
          params: { path: { run_id: run.id } },
          body: { deliver_to },
        }),
      ),
    onSuccess: ({ deliveries }) => {
      void client.invalidateQueries({ queryKey: runQuery(run.id).queryKey });
      void client.invalidateQueries({ queryKey: ["deliveries"] });
      notifications.show({
        message: `On its way to ${deliveries.map((each) => each.to).join(", ")}`,
      });
      setRecipients(NOBODY);
      onClose();
    },
  });
  const refused = send.error instanceof Refused ? send.error : undefined;
  const elsewhere = refused ? refused.elsewhere(["/deliver_to"]) : send.error;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    send.mutate();
  };
  return (
    <Modal opened={opened} onClose={onClose} size="lg" title="Send it to others">
      <form onSubmit={submit} noValidate>
        <Stack>
          <RecipientsField
            value={recipients}
            onChange={setRecipients}
            description="They get the files as they are; who has them gets nothing twice."
            byRole={false}
            error={refused?.at("/deliver_to")}
          />
          {elsewhere && (
            <Notice tone="bad" title="It was not sent">
              {typeof elsewhere === "string" ? elsewhere : inWords(elsewhere)}
            </Notice>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={send.isPending}>
              Send
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
