/** The states of runs, files, deliveries, schedules (`shared/states.py`) and services in words and
 * tones. */

export type Tone = "good" | "bad" | "busy" | "wait" | "doubt" | "quiet";

const TONES: Record<string, Tone> = {
  requested: "wait",
  aggregating: "busy",
  aggregated: "busy",
  rendering: "busy",
  completed: "good",
  failed: "bad",
  cancelled: "quiet",
  skipped: "quiet",
  pending: "wait",
  sending: "busy",
  sent: "good",
  deferred: "wait",
  uncertain: "doubt",
  rendered: "good",
  left_out: "quiet",
  expired: "quiet",
  active: "good",
  paused: "quiet",
  held: "doubt",
  disabled: "bad",
  ended: "quiet",
  waiting: "wait",
  missed: "doubt",
  fired: "good",
  running: "busy",
  bounced: "bad",
  suppressed: "quiet",
  parked: "doubt",
  replayed: "good",
  discarded: "quiet",
  confirmed: "good",
  declined: "bad",
  // Answers to "why did I (not) get it?".
  "under way": "busy",
  "not sent": "bad",
  "not due": "quiet",
  due: "wait",
  // Services, their processes and their housekeeping.
  ready: "good",
  impaired: "doubt",
  not_ready: "bad",
  silent: "bad",
  stopped: "bad",
  unknown: "bad",
  done: "good",
  late: "doubt",
  not_yet: "wait",
};

const WORDS: Record<string, string> = {
  requested: "Waiting",
  aggregating: "Reading data",
  aggregated: "Data read",
  rendering: "Making files",
  completed: "Done",
  deferred: "Trying later",
  uncertain: "May have arrived",
  rendered: "Ready",
  left_out: "Left out",
  expired: "No longer kept",
  impaired: "Partly ready",
  not_ready: "Not ready",
  silent: "Not heard of",
  unknown: "Never heard of",
  not_yet: "Not run yet",
};

export function statusTone(status: string): Tone {
  return TONES[status] ?? "quiet";
}

export function statusWord(status: string): string {
  return WORDS[status] ?? status.charAt(0).toUpperCase() + status.slice(1);
}

/** What a part of a burst's report can be, the worst first. */
export const SLICE_STATUSES = ["failed", "aggregated", "rendered", "left_out"] as const;

const FINAL = new Set(["completed", "failed", "cancelled", "skipped"]);

/** Whether a run goes no further by itself. */
export function isFinal(status: string): boolean {
  return FINAL.has(status);
}
