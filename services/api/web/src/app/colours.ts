/** Words and lines of the house style, under names of our own, for both schemes. */

export type Scheme = "light" | "dark";

export const COLOURS: Record<Scheme, Readonly<Record<`--${string}`, string>>> = {
  light: {
    "--ink": "#1b2430",
    "--muted": "#5a6573",
    "--rule": "#d3d9e0",
    "--shade": "#f4f6f8",
    "--surface": "#ffffff",
    "--accent": "#1f4e79",
    "--accent-soft": "#eaf1f8",
    "--good": "#2a6b4d",
    "--good-soft": "#e8f3ee",
    "--bad": "#a4361e",
    "--bad-soft": "#fbefec",
    "--wait": "#80560f",
    "--wait-soft": "#fbf3e4",
  },
  dark: {
    "--ink": "#e3e8ee",
    "--muted": "#a3afbb",
    "--rule": "#323d49",
    "--shade": "#19212a",
    "--surface": "#131a21",
    "--accent": "#8fbbe4",
    "--accent-soft": "#1c2c3d",
    "--good": "#7fc8a3",
    "--good-soft": "#17291f",
    "--bad": "#f0937d",
    "--bad-soft": "#33201b",
    "--wait": "#e3b866",
    "--wait-soft": "#2e2616",
  },
};
