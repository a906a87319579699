import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";

const LONG_ENOUGH_MS = 10_000;

/** Says what was done, and for some seconds offers to take it back. */
export function offerUndo(words: string, undo: () => void): void {
  const id = notifications.show({
    title: words,
    autoClose: LONG_ENOUGH_MS,
    closeButtonProps: { "aria-label": "Close" },
    message: (
      <Button
        variant="default"
        size="xs"
        mt={6}
        onClick={() => {
          notifications.hide(id);
          undo();
        }}
      >
        Undo
      </Button>
    ),
  });
}
