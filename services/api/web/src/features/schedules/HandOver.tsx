import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import type { Schedule } from "../../api/planning";
import { inWords, Refused } from "../../api/problems";
import { useScheduleActions } from "./useScheduleActions";

interface Props {
  schedule: Schedule;
  opened: boolean;
  onClose: () => void;
}

/** Asks whose a schedule is to be. */
export function HandOver({ schedule, opened, onClose }: Props) {
  const { handOver } = useScheduleActions(schedule);
  const [to, setTo] = useState("");
  const error = handOver.error;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    handOver.mutate(to.trim(), { onSuccess: onClose });
  };
  return (
    <Modal opened={opened} onClose={onClose} title={`Hand over “${schedule.name}”`}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            label="To"
            description="A member who may ask for reports. Its runs are made in their name."
            placeholder="bob"
            data-autofocus
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
            error={
              error instanceof Refused
                ? (error.at("/to") ?? error.message)
                : error && inWords(error)
            }
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={handOver.isPending} disabled={to.trim() === ""}>
              Hand over
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
