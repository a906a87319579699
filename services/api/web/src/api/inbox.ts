/** The mails of the local stack's inbox, which the API passes on to its own page. */

import { queryOptions } from "@tanstack/react-query";

import { changeHeaders } from "./client";
import { refusal } from "./problems";

export interface MailSummary {
  id: string;
  from: string;
  to: string[];
  subject: string;
  date: string | null;
  size: number;
  attachments: { name: string; media_type: string; size: number }[];
}

export interface OpenedMail extends MailSummary {
  headers: [name: string, value: string][];
  text: string | null;
  has_html: boolean;
}

const BASE = "/local-inbox/messages";
const LOOK_AGAIN_MS = 4_000;

async function read<Data>(path: string): Promise<Data> {
  const answer = await fetch(path);
  if (!answer.ok) throw refusal(answer.status, await answer.json().catch(() => undefined));
  return (await answer.json()) as Data;
}

export const mailsQuery = queryOptions({
  queryKey: ["inbox"],
  queryFn: () => read<MailSummary[]>(BASE),
  // Nobody tells of mails that other programs sent here.
  refetchInterval: LOOK_AGAIN_MS,
});

export function mailQuery(id: string) {
  return queryOptions({
    queryKey: ["inbox", id],
    queryFn: () => read<OpenedMail>(`${BASE}/${id}`),
    staleTime: Infinity,
  });
}

/** Where a part of a mail is: its HTML, the mail as it came, one of its files. */
export function mailPart(id: string, part: string): string {
  return `${BASE}/${id}/${part}`;
}

/** Delete all mails. */
export async function emptyInbox(): Promise<void> {
  const answer = await fetch(BASE, { method: "DELETE", headers: changeHeaders() });
  if (!answer.ok) throw refusal(answer.status, await answer.json().catch(() => undefined));
}
