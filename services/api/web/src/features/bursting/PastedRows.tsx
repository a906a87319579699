import { Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import classes from "./BurstField.module.css";
import { type BurstRow, pastedRows } from "./bursts";

interface Props {
  filters: readonly string[];
  onRows: (rows: BurstRow[]) => void;
}

/** Takes many recipients at once, as they are copied from a spreadsheet. */
export function PastedRows({ filters, onRows }: Props) {
  const [opened, setOpened] = useState(false);
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState<string>();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    // The dialog lies in another form, which is not to be sent.
    event.stopPropagation();
    try {
      onRows(pastedRows(text, filters));
      setOpened(false);
      setText("");
      setWrong(undefined);
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>
        From a spreadsheet…
      </Button>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        size="lg"
        title="Recipients from a spreadsheet"
      >
        <form onSubmit={submit} noValidate>
          <Stack>
            <Textarea
              label="Copied cells"
              description={`Columns “to”, “channel”, “formats”, “language”, and filters (${filters.join(", ")}), named in the first line; “to” is needed, the others are not. Several values stand in one cell with ; between them.`}
              classNames={{ input: classes.query }}
              data-autofocus
              autosize
              minRows={6}
              maxRows={16}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              error={wrong}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setOpened(false)}>
                Cancel
              </Button>
              <Button type="submit" disabled={text.trim() === ""}>
                Add them
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
