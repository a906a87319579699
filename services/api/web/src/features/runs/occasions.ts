import type { RunSummary } from "../../api/client";

/** What brought a run about, in a few words. */
export function occasionWords(run: Pick<RunSummary, "occasion" | "requested_by">): string {
  switch (run.occasion) {
    case "schedule":
      return "by its schedule";
    case "caught_up":
      return "caught up by its schedule";
    case "by_hand":
      return `started by ${run.requested_by}`;
    default:
      return `asked for by ${run.requested_by}`;
  }
}
