import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

import { COLOURS } from "./colours";

/** The accent of the reports themselves (`services/renderer/palette.py`), from light to dark. */
const accent: MantineColorsTuple = [
  "#eef4fa",
  "#d8e5f1",
  "#b3cde4",
  "#8ab2d5",
  "#6a9cc9",
  "#4a84b6",
  "#2f6a9e",
  "#1f4e79",
  "#193f63",
  "#12304c",
];

/** Their one warning tone. */
const warning: MantineColorsTuple = [
  "#fdf1ee",
  "#f8ddd6",
  "#efb8aa",
  "#e79280",
  "#de7660",
  "#cf5a41",
  "#bb4529",
  "#a4361e",
  "#862a17",
  "#691f10",
];

const dark: MantineColorsTuple = [
  "#e3e8ee",
  "#b6c0cb",
  "#9aa6b3",
  "#66727f",
  "#3d4854",
  "#2c3641",
  "#212a34",
  "#19212a",
  "#131a21",
  "#0e1419",
];

export const theme = createTheme({
  fontFamily: '"Open Sans Variable", "Segoe UI", "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  headings: {
    fontFamily: '"Open Sans Variable", "Segoe UI", "Helvetica Neue", Arial, sans-serif',
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.75rem", lineHeight: "1.25" },
      h2: { fontSize: "1.2rem", lineHeight: "1.35" },
      h3: { fontSize: "1rem", lineHeight: "1.4" },
    },
  },
  colors: { accent, warning, dark },
  primaryColor: "accent",
  // White words on it have to be readable in both schemes (4.5 to 1).
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // The browser's own ring is thin on dark grounds; Mantine's is drawn from the accent.
    Tooltip: {
      defaultProps: {
        withArrow: true,
        openDelay: 300,
        events: { hover: true, focus: true, touch: true },
      },
    },
    Modal: { defaultProps: { centered: true, closeButtonProps: { "aria-label": "Close" } } },
  },
});

/** The colours of the house style, under our own names and under the library's. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...COLOURS.light,
    "--mantine-color-text": "#1b2430",
    "--mantine-color-body": "#ffffff",
    "--mantine-color-dimmed": "#5a6573",
    "--mantine-color-default-border": "#c3cbd4",
    "--mantine-color-anchor": "#1f4e79",
    "--mantine-color-placeholder": "#68737f",
    "--mantine-color-error": "#a4361e",
  },
  dark: {
    ...COLOURS.dark,
    "--mantine-color-text": "#e3e8ee",
    "--mantine-color-body": "#131a21",
    "--mantine-color-dimmed": "#a3afbb",
    "--mantine-color-default-border": "#3d4854",
    "--mantine-color-anchor": "#8fbbe4",
    "--mantine-color-placeholder": "#97a3b0",
    "--mantine-color-error": "#f0937d",
  },
});
