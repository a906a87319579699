import type { ReactNode } from "react";

import { useReportDrilling } from "./drilling";
import type { Narrowing } from "./narrowing";
import classes from "./Part.module.css";

interface Props {
  /** What it is of. */
  of: Narrowing | null | undefined;
  /** What it opens, where the words themselves do not say it. */
  opens?: string;
  children: ReactNode;
}

/** A name, a day or a figure that opens what it is of; plain where that leads nowhere. */
export function Part({ of, opens, children }: Props) {
  const drilling = useReportDrilling();
  if (!of || !drilling?.leads(of)) return children;
  return (
    <button
      type="button"
      className={classes.part}
      onClick={() => drilling.open(of)}
      {...(opens ? { title: `Open ${opens}` } : {})}
    >
      {children}
      {opens && <span className="unseen">: open {opens}</span>}
    </button>
  );
}
