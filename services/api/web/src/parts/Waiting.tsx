import { Skeleton, Stack } from "@mantine/core";

/** The shape of a page while it loads. */
export function Waiting() {
  return (
    <Stack gap="lg" aria-hidden>
      <Skeleton h={34} w={220} />
      <Skeleton h={120} />
      <Skeleton h={240} />
    </Stack>
  );
}
