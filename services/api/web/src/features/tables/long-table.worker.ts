/** Reads, orders and searches a long table beside the page, which answers people meanwhile.
 *
 * It keeps the rows, and gives the page a copy of them in slices that take the page a moment each.
 */

import { Arranging, type Row } from "./arranging";
import type { Answer, Question } from "./long-table";
import { storedRows } from "./stored-rows";

const SLICE = 2_000;

let arranging: Arranging | undefined;

onmessage = (event: MessageEvent<Question>) => {
  const question = event.data;
  if (question.kind === "arrange") {
    const places = arranging?.places(question.wanted) ?? new Uint32Array();
    answer({ kind: "arranged", places }, [places.buffer]);
    return;
  }
  read(question).catch((error: unknown) => answer({ kind: "failed", reason: String(error) }));
};

async function read({ url, columns, timeZone, most }: Question & { kind: "read" }): Promise<void> {
  const response = await fetch(url);
  if (!response.ok) {
    const body: unknown = await response.json().catch(() => undefined);
    answer({ kind: "refused", status: response.status, body });
    return;
  }
  const rows: Row[] = [];
  for await (const group of storedRows(await response.arrayBuffer(), columns, most)) {
    for (let start = 0; start < group.length; start += SLICE) {
      answer({ kind: "rows", rows: group.slice(start, start + SLICE) });
    }
    // Not spread: a group may be longer than a call can have arguments.
    for (const row of group) rows.push(row);
  }
  arranging = new Arranging(columns, rows, timeZone);
  answer({ kind: "read" });
}

function answer(message: Answer, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}
