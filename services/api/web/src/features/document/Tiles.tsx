import type { Narrowing } from "../drilling/narrowing";
import { Part } from "../drilling/Part";
import { figure, type Kpi, movement, unitOf } from "./figures";
import classes from "./Tiles.module.css";

const VERDICTS: Record<string, string> = { good: "good", bad: "bad" };

/** The key figures, each with its movement and the figure of the period before.
 *
 * `before`: that period, as a report of its own.
 */
export function Tiles({ kpis, before }: { kpis: readonly Kpi[]; before: Narrowing }) {
  return (
    <ul className={classes.tiles}>
      {kpis.map((kpi) => (
        <li key={kpi.name} className={classes.tile}>
          <p className={classes.title}>{kpi.title}</p>
          <p className={classes.value}>
            <Part of={kpi.narrows} opens="the list behind it">
              <strong>{kpi.value === null ? "–" : figure(kpi.value, kpi.places)}</strong>
            </Part>
            {unitOf(kpi) && <span className={classes.unit}> {unitOf(kpi)}</span>}
          </p>
          <p className={classes.change} data-verdict={kpi.verdict}>
            {kpi.direction === "up" && <span aria-hidden>▲ </span>}
            {kpi.direction === "down" && <span aria-hidden>▼ </span>}
            {movement(kpi)}
            {VERDICTS[kpi.verdict] && ` · ${VERDICTS[kpi.verdict]}`}
          </p>
          <p className={classes.title}>
            {kpi.previous === null ? (
              "no earlier figure"
            ) : (
              <Part of={before} opens="the report of the period before">
                was {figure(kpi.previous, kpi.places)}
                {kpi.unit === "%" ? "%" : ""}
              </Part>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}
