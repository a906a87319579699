/** Whom a schedule sends to: addresses, everybody of a role, and destinations by their names. */

import type { ScheduleBody } from "../../api/planning";
import type { Schemas } from "../../api/client";

export type Recipient = NonNullable<ScheduleBody["deliver_to"]>[number];
export type MemberRole = Schemas["EverybodyOfRole"]["role"];

export interface Recipients {
  addresses: string[];
  roles: MemberRole[];
  /** As "channel:name". */
  destinations: string[];
}

/** What a form begins with. */
export const NOBODY: Recipients = { addresses: [], roles: [], destinations: [] };

export function recipientsOf(entries: readonly Recipient[]): Recipients {
  const addressed = entries.flatMap((entry) => ("to" in entry ? [entry] : []));
  return {
    addresses: addressed.filter((entry) => entry.channel === "email").map((entry) => entry.to),
    roles: entries.flatMap((entry) => ("role" in entry ? [entry.role] : [])),
    destinations: addressed
      .filter((entry) => entry.channel !== "email")
      .map((entry) => `${entry.channel}:${entry.to}`),
  };
}

export function entriesOf(recipients: Recipients): Recipient[] {
  return [
    ...recipients.addresses.map((to) => ({ channel: "email", to })),
    ...recipients.roles.map((role) => ({ channel: "email" as const, role })),
    ...named(recipients.destinations),
  ];
}

/** The same without roles, whose members only a schedule looks up. */
export function addressedTo(recipients: Recipients): { channel: string; to: string }[] {
  return [
    ...recipients.addresses.map((to) => ({ channel: "email", to })),
    ...named(recipients.destinations),
  ];
}

function named(destinations: readonly string[]): { channel: string; to: string }[] {
  return destinations.map((text) => {
    const [channel = "", ...name] = text.split(":");
    return { channel, to: name.join(":") };
  });
}

const ROLE_WORDS: Record<MemberRole, string> = {
  viewer: "every viewer",
  author: "every author",
  admin: "every administrator",
};

/** For instance "alice@example.com, every administrator and 3 more". */
export function recipientWords(entries: readonly Recipient[], most = 3): string {
  if (entries.length === 0) return "nobody";
  const words = entries.map((entry) => ("role" in entry ? ROLE_WORDS[entry.role] : entry.to));
  const shown = words.slice(0, most).join(", ");
  return words.length > most ? `${shown} and ${words.length - most} more` : shown;
}
