import type { Preview } from "../../api/planning";
import { marksOf, monthName, monthsOf } from "./calendar";
import { WEEKDAYS } from "./cadence";
import classes from "./Fires.module.css";

const MOST_MONTHS = 4;

/** The next fires, on a calendar and in a list, with the days that are left out and why. */
export function Fires({ preview, stale = false }: { preview: Preview; stale?: boolean }) {
  const marks = marksOf(preview.items);
  return (
    <div className={classes.fires} aria-busy={stale} data-stale={stale || undefined}>
      <div className={classes.months}>
        {monthsOf(preview.items, MOST_MONTHS).map(({ month, weeks }) => (
          <table key={month} className={classes.month}>
            <caption>{monthName(month)}</caption>
            <thead>
              <tr>
                {WEEKDAYS.map((day) => (
                  <th key={day.value} scope="col">
                    <abbr title={day.label}>{day.short.slice(0, 2)}</abbr>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {weeks.map((week, index) => (
                <tr key={index}>
                  {week.map((day, place) => {
                    const mark = day === null ? undefined : marks.get(day);
                    return (
                      <td
                        key={place}
                        title={mark?.words}
                        data-mark={mark === undefined ? undefined : mark.fires ? "fires" : "out"}
                      >
                        {day === null ? null : <span>{Number(day.slice(8))}</span>}
                        {mark && <span className="unseen">: {mark.words}</span>}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </div>
      <ol className={classes.list}>
        {preview.items.map((item) => (
          <li key={`${item.on} ${item.fold ?? 0}`} data-out={!item.fires || undefined}>
            <span className={classes.on}>{onWords(item.on)}</span>
            {item.at && preview.timezone !== "UTC" && (
              <span className={classes.utc}>{utcWords(item.at)}</span>
            )}
            {item.note && (
              <span className={classes.note}>
                {item.fires ? item.note : `Left out: ${item.note}`}
              </span>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

function utcWords(at: string): string {
  const format = new Intl.DateTimeFormat(undefined, {
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: "UTC",
  });
  return `${format.format(new Date(at))} UTC`;
}

/** A nominal local time, day or month, in words: it is of no zone, so none is applied. */
function onWords(on: string): string {
  const [day = "", clock] = on.split("T");
  if (day.length < 10) return monthName(day);
  const words = new Intl.DateTimeFormat(undefined, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  }).format(new Date(`${day}T00:00:00Z`));
  return clock ? `${words}, ${clock}` : words;
}
