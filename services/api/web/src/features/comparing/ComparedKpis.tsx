import { figure, unitOf } from "../document/figures";
import classes from "../document/Tiles.module.css";
import type { ComparedKpi } from "./compared";
import { differenceWords } from "./difference";

/** The key figures of both reports: old, new, and what lies between them. */
export function ComparedKpis({ kpis }: { kpis: readonly ComparedKpi[] }) {
  return (
    <ul className={classes.tiles}>
      {kpis.map(({ kpi, earlier, difference }) => (
        <li key={kpi.name} className={classes.tile}>
          <p className={classes.title}>{kpi.title}</p>
          <p className={classes.value}>
            <span className={classes.earlier}>
              <span className="unseen">was </span>
              {shown(earlier, kpi.places)}
              <span aria-hidden> → </span>
              <span className="unseen">, is </span>
            </span>
            <strong>{shown(kpi.value, kpi.places)}</strong>
            {unitOf(kpi) && <span className={classes.unit}> {unitOf(kpi)}</span>}
          </p>
          <p className={classes.change}>
            {difference === undefined
              ? "no difference to tell"
              : `${differenceWords(difference, kpi.places)}${points(kpi.unit, difference)}`}
          </p>
        </li>
      ))}
    </ul>
  );
}

function shown(value: string | null, places?: number): string {
  return value === null ? "–" : figure(value, places);
}

/** A percentage moves by points. */
function points(unit: string | null | undefined, difference: string): string {
  return unit === "%" && /[1-9]/.test(difference) ? " points" : "";
}
