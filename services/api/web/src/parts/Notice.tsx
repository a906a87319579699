import type { ReactNode } from "react";

import classes from "./Notice.module.css";

interface Props {
  tone: "bad" | "wait" | "good" | "plain";
  title?: string;
  children?: ReactNode;
  /** What can be done about it, at the right. */
  action?: ReactNode;
}

/** A few words that matter, set apart by a line of their tone. */
export function Notice({ tone, title, children, action }: Props) {
  return (
    <div className={classes.notice} data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      <div className={classes.words}>
        {title && <p className={classes.title}>{title}</p>}
        {children && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}
