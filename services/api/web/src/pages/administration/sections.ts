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

/** What each is called. */
export const SECTION_LABELS: Record<Section, string> = {
  members: "Members",
  recipients: "Recipients",
  destinations: "Destinations",
  looks: "Looks",
  limits: "Retention and limits",
  "days-off": "Days off",
  "dead-letters": "Dead letters",
  services: "Services",
  audit: "Audit log",
};
