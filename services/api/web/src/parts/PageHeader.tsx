import { Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

import classes from "./PageHeader.module.css";

interface Props {
  title: string;
  /** A line below the title. */
  about?: ReactNode;
  /** What one can do here, at the right. */
  actions?: ReactNode;
  /** Where this lies, above the title. */
  above?: ReactNode;
}

/** The head of a page, and the title of its tab. */
export function PageHeader({ title, about, actions, above }: Props) {
  useEffect(() => {
    document.title = `${title} · Broadsheet`;
  }, [title]);
  return (
    <header className={classes.header}>
      <div className={classes.words}>
        {above && <div className={classes.above}>{above}</div>}
        <Title order={1}>{title}</Title>
        {about && <div className={classes.about}>{about}</div>}
      </div>
      {actions && <div className={classes.actions}>{actions}</div>}
    </header>
  );
}
