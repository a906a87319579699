import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";

import { dark, heightOf, light } from "./chart-style";
import classes from "./Chart.module.css";

interface Props {
  title: string;
  alternative: string;
  specification: Record<string, unknown>;
}

/** A chart as wide as its place. What it shows is said in words to those who cannot see it. */
export function Chart({ title, alternative, specification }: Props) {
  const { ref, width } = useElementSize();
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light") === "dark" ? dark : light;
  const [failure, setFailure] = useState<string>();
  const rounded = Math.floor(width / 8) * 8;

  useEffect(() => {
    const element = place.current;
    if (element === null || rounded === 0) return;
    let remove: (() => void) | undefined;
    let gone = false;
    import("./drawing")
      .then(({ draw }) => draw(element, specification, rounded, scheme))
      .then((taken) => {
        remove = taken;
        if (gone) taken();
      })
      .catch((error: unknown) => setFailure(String(error)));
    return () => {
      gone = true;
      remove?.();
    };
  }, [specification, rounded, scheme]);

  return (
    <figure className={classes.figure} ref={ref}>
      {title && <figcaption className={classes.title}>{title}</figcaption>}
      {failure === undefined ? (
        <Reserved height={heightOf(specification)}>
          <div ref={place} role="img" aria-label={alternative} className={classes.place} />
        </Reserved>
      ) : (
        <p className={classes.failure}>
          The chart could not be drawn ({failure}). It shows: {alternative}
        </p>
      )}
    </figure>
  );
}

/** Room for the chart before it is there, so that nothing moves when it comes. */
function Reserved({ height, children }: { height: number; children: React.ReactNode }) {
  return <div style={{ minHeight: height }}>{children}</div>;
}
