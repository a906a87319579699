import { Link } from "@tanstack/react-router";

import type { ReportType } from "../../api/client";
import classes from "./Gallery.module.css";

/** The API says how over HTTP; here it is a switch of the administration. */
export const SWITCHED_OFF =
  "Switched off here. An administrator can switch it on, under Retention and limits.";

/** Every type of report, with a picture of its first page. */
export function Gallery({ types }: { types: readonly ReportType[] }) {
  return (
    <ul className={classes.gallery}>
      {types.map((type) => (
        <li key={type.name} className={classes.card} data-off={!type.available || undefined}>
          <img
            className={classes.picture}
            src={`/pictures/${type.name}.webp`}
            alt=""
            width={480}
            height={300}
            loading="lazy"
          />
          <div className={classes.words}>
            <h2 className={classes.title}>
              {type.available ? (
                <Link to="/new" search={{ type: type.name }} className={classes.link}>
                  {type.title}
                </Link>
              ) : (
                type.title
              )}
            </h2>
            <p className={classes.about}>{type.description}</p>
            {!type.available && <p className={classes.off}>{SWITCHED_OFF}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}
