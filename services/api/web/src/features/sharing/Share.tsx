import { Button, Modal } from "@mantine/core";
import { Link2Icon } from "@radix-ui/react-icons";
import { lazy, Suspense, useState } from "react";

import type { Run } from "../../api/client";
import { Waiting } from "../../parts/Waiting";

const Links = lazy(() => import("./Links"));

/** Gives files of a run to people who cannot sign in. */
export function Share({ run }: { run: Run }) {
  const [opened, setOpened] = useState(false);
  const formats = run.artifacts
    .filter((artifact) => artifact.status === "rendered")
    .map((artifact) => artifact.format);
  if (formats.length === 0) return null;
  return (
    <>
      <Button
        variant="default"
        leftSection={<Link2Icon aria-hidden />}
        onClick={() => setOpened(true)}
      >
        Share…
      </Button>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        size="lg"
        title="Share a file by link"
      >
        <Suspense fallback={<Waiting />}>
          <Links run={run} formats={formats} />
        </Suspense>
      </Modal>
    </>
  );
}
