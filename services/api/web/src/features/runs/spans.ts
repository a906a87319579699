/** How long each stage of a run took, and when: from its timeline. */

import type { Run } from "../../api/client";
import { latestAttempt } from "./stages";

export interface Span {
  name: string;
  /** Milliseconds since it was asked for. */
  from: number;
  /** Milliseconds. */
  took: number;
  attempts: number;
}

type Entry = Run["timeline"][number];

/** Waiting, query, rendering and delivery, as far as they are done; of a retried run the latest. */
export function spansOf(run: Pick<Run, "timeline" | "deliveries">): Span[] {
  const lines = latestAttempt(run.timeline);
  const began = instant(lines[0]?.at);
  if (began === undefined) return [];
  const span = (name: string, from: number, to: number, attempts: number): Span => ({
    name,
    from: Math.max(0, from - began),
    took: Math.max(0, to - from),
    attempts,
  });
  const read = lines.find((line) => line.stage === "aggregated" || line.stage === "shared");
  const made = lines.find((line) => line.stage === "completed");
  const sent = lines.filter((line) => line.stage === "delivered");

  const spans: Span[] = [];
  if (read) {
    spans.push(span("Queued", began, start(read), 1));
    // What was shared took no query of its own.
    if (read.stage === "aggregated") {
      spans.push(span("Query", start(read), end(read), read.attempt));
    }
  }
  if (made) spans.push(span("Render", start(made), end(made), made.attempt));
  if (sent.length > 0) {
    const attempts = Math.max(1, ...run.deliveries.map((delivery) => delivery.attempts));
    const first = Math.min(...sent.map(start));
    const last = Math.max(...sent.map(end));
    spans.push(span("Delivery", first, last, attempts));
  }
  return spans;
}

function instant(at: string | undefined): number | undefined {
  return at === undefined ? undefined : Date.parse(at);
}

function start(line: Entry): number {
  return end(line) - (line.duration_ms ?? 0);
}

function end(line: Entry): number {
  return Date.parse(line.at);
}
