/** The parts of the administration, as addresses name them. */

export const SECTIONS = [
  "members",
  "recipients",
  "destinations",
  "looks",
  "limits",
  "days-off",
  "dead-letters",
  "services",
  "audit",
] as const;

export type Section = (typeof SECTIONS)[number];
