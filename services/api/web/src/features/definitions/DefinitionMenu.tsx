import { ActionIcon, Menu } from "@mantine/core";
import { DotsHorizontalIcon } from "@radix-ui/react-icons";
import { Link } from "@tanstack/react-router";

import type { Definition } from "../../api/planning";
import { useDefinitionActions } from "./useDefinitionActions";

/** What one may do to a saved report, behind three dots. */
export function DefinitionMenu({ of }: { of: Pick<Definition, "id" | "name" | "owner"> }) {
  const { run, remove, may, mayRun } = useDefinitionActions(of);
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`More about ${of.name}`}>
          <DotsHorizontalIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {mayRun && <Menu.Item onClick={() => run.mutate()}>Make it now</Menu.Item>}
        {mayRun && (
          <Menu.Item component={Link} to="/schedules/new" search={{ definition: of.id } as never}>
            Schedule…
          </Menu.Item>
        )}
        <Menu.Item component={Link} to="/runs" search={{ definition: of.id } as never}>
          Its runs
        </Menu.Item>
        {may && (
          <>
            <Menu.Divider />
            <Menu.Item color="warning" onClick={() => remove.mutate()}>
              Delete
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
