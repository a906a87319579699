import { Link } from "@tanstack/react-router";

import type { Execution } from "../../api/planning";
import { statusWord } from "../../parts/statuses";
import { StatusMark } from "../../parts/StatusMark";

/** What became of a fire: leads to its run, where it made one. */
export function Outcome({ execution }: { execution: Execution }) {
  const mark = <StatusMark status={execution.outcome} />;
  if (execution.run === null) return mark;
  return (
    <Link
      to="/runs/$id"
      params={{ id: execution.run }}
      aria-label={`${statusWord(execution.outcome)}: look at the run`}
    >
      {mark}
    </Link>
  );
}
