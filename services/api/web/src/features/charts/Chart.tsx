import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useEffectEvent, useRef, useState } from "react";

import { afterPaint } from "../../parts/after-paint";
import { ChartParts } from "../drilling/ChartParts";
import { useReportDrilling } from "../drilling/drilling";
import { type Marks, narrowingOfMark } from "../drilling/narrowing";
import { dark, heightOf, light } from "./chart-style";
import classes from "./Chart.module.css";

interface Props {
  title: string;
  alternative: string;
  specification: Record<string, unknown>;
  /** What its marks are of. */
  narrows?: Marks | undefined;
}

/** A chart as wide as its place. What it shows is said in words to those who cannot see it. */
export function Chart({ title, alternative, specification, narrows }: Props) {
  const { ref, width } = useElementSize();
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light") === "dark" ? dark : light;
  const [failure, setFailure] = useState<string>();
  const rounded = Math.floor(width / 8) * 8;
  const drilling = useReportDrilling();
  const opens = drilling !== undefined && narrows !== undefined && Object.keys(narrows).length > 0;
  const onMark = useEffectEvent((datum: Readonly<Record<string, unknown>>) => {
    const narrowing = narrows && narrowingOfMark(narrows, datum);
    if (narrowing) drilling?.open(narrowing);
  });

  useEffect(() => {
    const element = place.current;
    if (element === null || rounded === 0) return;
    let remove: (() => void) | undefined;
    let gone = false;
    afterPaint()
      .then(() => import("./drawing"))
      .then(({ draw }) =>
        gone
          ? undefined
          : draw(
              element,
              specification,
              rounded,
              scheme,
              opens ? (datum) => onMark(datum) : undefined,
            ),
      )
      .then((taken) => {
        remove = taken;
        if (gone) taken?.();
      })
      .catch((error: unknown) => setFailure(String(error)));
    return () => {
      gone = true;
      remove?.();
    };
  }, [specification, rounded, scheme, opens]);

  return (
    <figure className={classes.figure} ref={ref}>
      <div className={classes.head}>
        {title && <figcaption className={classes.title}>{title}</figcaption>}
        {opens && <ChartParts of={title || alternative} marks={narrows} />}
      </div>
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
