import { Link } from "@tanstack/react-router";

import type { Run, Schemas } from "../../api/client";
import { figure } from "../../features/document/figures";
import { Notice } from "../../parts/Notice";
import { nobodysPart } from "./slices";
import classes from "./Slices.module.css";

type Burst = Schemas["BurstView"];

/** How the parts come to the whole, and what or who is missing in them. */
export function BurstSums({ run, burst }: { run: Run; burst: Burst }) {
  const { sums } = burst;
  const without = nobodysPart(burst, run.remakes !== null);
  return (
    <div className={classes.sums}>
      {run.remakes !== null && (
        <p>
          It makes again what failed of{" "}
          <Link to="/runs/$id" params={{ id: run.remakes }} search={{ tab: "parts" }}>
            an earlier report
          </Link>
          , for those who got nothing.
        </p>
      )}
      {run.remade_by !== null && (
        <p>
          What failed was made again by{" "}
          <Link to="/runs/$id" params={{ id: run.remade_by }} search={{ tab: "parts" }}>
            another report
          </Link>
          .
        </p>
      )}
      {sums && (
        <p>
          {figure(sums.whole)} {sums.counted} in all = {figure(sums.slices)} in the parts −{" "}
          {figure(sums.in_several)} in several + {figure(sums.in_none)} in none
        </p>
      )}
      {without.length > 0 && <Told title="Nobody gets" lines={without} />}
      {burst.without_rows.length > 0 && (
        <Told title="Nothing is in the part of" lines={burst.without_rows.map((one) => one.to)} />
      )}
      {burst.refused_rows.length > 0 && (
        <Notice tone="wait" title="Rows of the query that are nobody's">
          <ul className={classes.told}>
            {burst.refused_rows.map((one) => (
              <li key={one.row}>
                Row {one.row}
                {one.to && ` (${one.to})`}: {one.reason}
              </li>
            ))}
            {burst.refused_rows_more > 0 && <li>{figure(burst.refused_rows_more)} more</li>}
          </ul>
        </Notice>
      )}
    </div>
  );
}

const AT_ONCE = 5;

function Told({ title, lines }: { title: string; lines: readonly string[] }) {
  const others = lines.slice(AT_ONCE);
  return (
    <div>
      {title}: {lines.slice(0, AT_ONCE).join(", ")}
      {others.length > 0 && (
        <details>
          <summary>and {others.length} more</summary>
          {others.join(", ")}
        </details>
      )}
    </div>
  );
}
