import { createSpotlight } from "@mantine/spotlight";

export const [paletteStore, palette] = createSpotlight();

/** Show the command palette. */
export function openPalette(): void {
  palette.open();
}
