import { ActionIcon, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { DotsHorizontalIcon } from "@radix-ui/react-icons";
import { Link } from "@tanstack/react-router";

import type { Schedule } from "../../api/planning";
import { HandOver } from "./HandOver";
import { useScheduleActions } from "./useScheduleActions";

/** What one may do to a schedule, behind three dots. */
export function ScheduleMenu({ schedule }: { schedule: Schedule }) {
  const { pause, resume, run, remove, may, mayPause, mayResume } = useScheduleActions(schedule);
  const [handing, { open, close }] = useDisclosure();
  return (
    <>
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`More about ${schedule.name}`}>
            <DotsHorizontalIcon />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component={Link} to={`/schedules/${schedule.id}`}>
            What it did, and does next
          </Menu.Item>
          {may && (
            <>
              <Menu.Item component={Link} to={`/schedules/${schedule.id}/edit`}>
                Edit…
              </Menu.Item>
              <Menu.Item onClick={() => run.mutate()}>Run now</Menu.Item>
              {mayPause && <Menu.Item onClick={() => pause.mutate()}>Pause</Menu.Item>}
              {mayResume && <Menu.Item onClick={() => resume.mutate()}>Resume</Menu.Item>}
              <Menu.Item onClick={open}>Hand over…</Menu.Item>
              <Menu.Divider />
              <Menu.Item color="warning" onClick={() => remove.mutate()}>
                Delete
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <HandOver schedule={schedule} opened={handing} onClose={close} />
    </>
  );
}
