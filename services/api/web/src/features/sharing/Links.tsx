import type { Run } from "../../api/client";
import { LinkList } from "./LinkList";
import { NewLink } from "./NewLink";
import classes from "./Sharing.module.css";

/** A new link to one of these files, and those that there are. */
export default function Links({ run, formats }: { run: Run; formats: string[] }) {
  return (
    <>
      <NewLink run={run} formats={formats} />
      <h2 className={classes.there}>Links that there are</h2>
      <LinkList runId={run.id} />
    </>
  );
}
