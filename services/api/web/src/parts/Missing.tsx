import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { EmptyState } from "./EmptyState";

/** For an address that leads nowhere. */
export function Missing() {
  return (
    <EmptyState
      title="There is no such page"
      action={
        <Button component={Link} to="/">
          Go home
        </Button>
      }
    >
      The address may be mistyped, or what it showed is no longer kept.
    </EmptyState>
  );
}
