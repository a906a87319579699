import { useEffect, useState } from "react";

import { clockTime } from "../../parts/moments";
import classes from "./LiveMark.module.css";
import { useLive } from "./live-state";

const PATIENCE_MS = 1_500;

/** Says whether the page is current; a blink of the connection is not worth a word. */
export function LiveMark() {
  const { live, asOf } = useLive();
  const [stale, setStale] = useState(false);

  useEffect(() => {
    const timer = setTimeout(() => setStale(!live), live ? 0 : PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [live]);

  return (
    <p className={classes.mark} data-stale={stale || undefined} role="status">
      <span className={classes.dot} aria-hidden />
      {stale ? `Not current since ${clockTime(asOf)}: connecting again…` : "Live"}
    </p>
  );
}
