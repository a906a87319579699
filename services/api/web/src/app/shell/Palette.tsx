import { Spotlight } from "@mantine/spotlight";

import { paletteStore } from "./palette-opening";
import { useCommands } from "./useCommands";

const SHOWN = 40;

/** The command palette (⌘K, Ctrl-K): every page, what one can do, and what there is by its name. */
export function Palette() {
  const groups = useCommands();
  return (
    <Spotlight
      store={paletteStore}
      actions={groups}
      nothingFound="Nothing is called that."
      highlightQuery
      scrollable
      limit={SHOWN}
      shortcut={null}
      searchProps={{ placeholder: "Where to?", "aria-label": "Where to?" }}
    />
  );
}
