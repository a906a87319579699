import { Button } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";

import { inWords } from "../api/problems";
import { EmptyState } from "./EmptyState";

/** For a page that could not be shown: why, and a way to try again. */
export function Trouble({ error }: { error: unknown }) {
  const router = useRouter();
  return (
    <EmptyState
      title="This page could not be shown"
      action={<Button onClick={() => void router.invalidate()}>Try again</Button>}
    >
      {inWords(error)}
    </EmptyState>
  );
}
