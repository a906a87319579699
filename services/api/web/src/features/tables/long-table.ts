/** A long table of a report, which a worker reads, orders and searches. */

import type { Schemas } from "../../api/client";
import { refusal } from "../../api/problems";
import type { Column } from "../document/figures";
import type { Row, Wanted } from "./arranging";

/** Rows that a screen shows at most: more take a browser's memory, and taller than it can scroll. */
export const MOST_ROWS = 250_000;

export type Question =
  | { kind: "read"; url: string; columns: readonly Column[]; timeZone: string; most: number }
  | { kind: "arrange"; wanted: Wanted };

export type Answer =
  | { kind: "rows"; rows: Row[] }
  | { kind: "read" }
  | { kind: "refused"; status: number; body: unknown }
  | { kind: "failed"; reason: string }
  | { kind: "arranged"; places: Uint32Array<ArrayBuffer> };

type Places = Uint32Array<ArrayBuffer>;
interface Asked {
  wanted: Wanted;
  done: (places: Places) => void;
}

export class LongTable {
  readonly rows: readonly Row[];
  readonly #worker: Worker;
  #under_way: Asked | undefined;
  #next: Asked | undefined;

  constructor(rows: readonly Row[], worker: Worker) {
    this.rows = rows;
    this.#worker = worker;
    worker.onmessage = (event: MessageEvent<Answer>) => {
      if (event.data.kind !== "arranged") return;
      this.#under_way?.done(event.data.places);
      this.#begin(this.#next);
    };
  }

  /** Places of the rows that are wanted. Of what is asked meanwhile, the latest alone is answered. */
  arranged(wanted: Wanted, done: (places: Places) => void): void {
    const asked = { wanted, done };
    if (this.#under_way) this.#next = asked;
    else this.#begin(asked);
  }

  /** Give the memory back; nothing is answered any more. */
  close(): void {
    this.#worker.terminate();
  }

  #begin(asked: Asked | undefined): void {
    this.#under_way = asked;
    this.#next = undefined;
    if (asked) this.#worker.postMessage({ kind: "arrange", wanted: asked.wanted });
  }
}

/** The table with its rows; throws what the API refuses, or why the file cannot be read. */
export function readLongTable(
  runId: string,
  table: Schemas["Table"],
  timeZone: string,
): Promise<LongTable> {
  const worker = new Worker(new URL("./long-table.worker.ts", import.meta.url), { type: "module" });
  const rows: Row[] = [];
  return new Promise<LongTable>((resolve, reject) => {
    const fail = (error: Error) => {
      worker.terminate();
      reject(error);
    };
    worker.onerror = (event) => fail(new Error(event.message || "its reader did not start"));
    worker.onmessage = (event: MessageEvent<Answer>) => {
      const answer = event.data;
      if (answer.kind === "rows") for (const row of answer.rows) rows.push(row);
      if (answer.kind === "read") resolve(new LongTable(rows, worker));
      if (answer.kind === "refused") fail(refusal(answer.status, answer.body));
      if (answer.kind === "failed") fail(new Error(answer.reason));
    };
    const url = `${location.origin}/api/v1/reports/${runId}/tables/${table.name}`;
    const columns = table.columns;
    worker.postMessage({ kind: "read", url, columns, timeZone, most: MOST_ROWS } as Question);
  });
}
