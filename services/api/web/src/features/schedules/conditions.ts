/** Under what condition a schedule sends, in words. */

import type { ScheduleBody } from "../../api/planning";
import { plainWords } from "../document/figures";

export type Condition = NonNullable<ScheduleBody["condition"]>;
export type Comparison = Extract<Condition, { kind: "kpi" }>["compare"];

export const COMPARISONS: readonly { value: Comparison; label: string }[] = [
  { value: "<", label: "is below" },
  { value: "<=", label: "is at most" },
  { value: ">", label: "is above" },
  { value: ">=", label: "is at least" },
  { value: "==", label: "is" },
  { value: "!=", label: "is not" },
];

/** For instance "if pass rate is below 0.9". */
export function conditionWords(condition: Condition): string {
  switch (condition.kind) {
    case "if_rows":
      return "if there is anything in it";
    case "if_changed":
      return "if its figures changed since the last one";
    case "kpi": {
      const how = COMPARISONS.find((each) => each.value === condition.compare)?.label ?? "";
      return `if ${plainWords(condition.kpi)} ${how} ${condition.value}`;
    }
    default:
      return "always";
  }
}
