import { Modal, Text } from "@mantine/core";

import classes from "../sharing/Sharing.module.css";
import { EmbedList } from "./EmbedList";
import type { WidgetName } from "./embeds";
import { NewEmbed } from "./NewEmbed";

interface Props {
  widget: WidgetName;
  /** What people call its figure. */
  name: string;
  onClose: () => void;
}

/** Has pages of other sites show a widget, and takes that back. */
export default function Embedding({ widget, name, onClose }: Props) {
  return (
    <Modal opened onClose={onClose} size="lg" title={`Show “${name}” elsewhere`}>
      <Text c="dimmed" size="sm" mb="sm">
        For a wiki or an intranet page. Whoever sees that page sees this figure with its trend, of
        the latest report of the whole studio, and nothing else.
      </Text>
      <NewEmbed widget={widget} name={name} />
      <h2 className={classes.there}>Where it is shown</h2>
      <EmbedList widget={widget} name={name} />
    </Modal>
  );
}
