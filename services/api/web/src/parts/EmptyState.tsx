import type { ReactNode } from "react";

import classes from "./EmptyState.module.css";

interface Props {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** Says that there is nothing here, and what to do about it. */
export function EmptyState({ title, children, action }: Props) {
  return (
    <div className={classes.empty}>
      <h2 className={classes.title}>{title}</h2>
      {children && <p className={classes.text}>{children}</p>}
      {action}
    </div>
  );
}
