import { expect, test } from "vitest";

import {
  asCron,
  asKind,
  type Cadence,
  cadenceWords,
  cronWords,
  dayOffWords,
  isWhole,
} from "./cadence";

const zone = { timezone: "Europe/Berlin" };

test("a cadence reads as people say it", () => {
  const said = (cadence: Cadence) => cadenceWords(cadence);
  expect(said({ kind: "daily", time: "09:00", ...zone })).toBe("Every day at 09:00");
  expect(said({ kind: "weekly", days: ["friday", "monday"], time: "09:00", ...zone })).toBe(
    "Every Monday and Friday at 09:00",
  );
  expect(said({ kind: "monthly", day: "last", time: "18:00", ...zone })).toBe(
    "The last day of every month at 18:00",
  );
  expect(
    said({ kind: "monthly", day: { nth: 2, weekday: "tuesday" }, time: "07:30", ...zone }),
  ).toBe("The 2nd Tuesday of every month at 07:30");
  expect(said({ kind: "quarterly", month: 3, day: 22, time: "09:00", ...zone })).toBe(
    "The 22nd of every quarter's third month at 09:00",
  );
  expect(said({ kind: "yearly", month: 2, day: 29, time: "09:00", ...zone })).toBe(
    "The 29th of February every year at 09:00",
  );
  expect(said({ kind: "cron", expression: "0 9 * * 1-5", ...zone })).toBe(
    "At 09:00, Monday through Friday",
  );
});

test("a cron line that is none has no words", () => {
  expect(cronWords("0 9 * *")).toBeUndefined();
  expect(cronWords("0 99 * * *")).toBeUndefined();
});

test("another rhythm keeps the time, the zone and what is said of days off", () => {
  const weekly: Cadence = {
    kind: "weekly",
    days: ["monday"],
    time: "07:15",
    business_days: { country: "DE", on_day_off: "after" },
    ...zone,
  };
  const monthly = asKind(weekly, "monthly");
  expect(monthly).toMatchObject({
    kind: "monthly",
    day: 1,
    time: "07:15",
    timezone: "Europe/Berlin",
  });
  expect(monthly.business_days).toEqual(weekly.business_days);
  const cron = asKind(weekly, "cron");
  expect(cron).toMatchObject({ expression: "15 7 * * 1" });
  expect(asKind(cron, "daily")).toMatchObject({ kind: "daily", time: "07:15" });
});

test("a cron line says the days that the rhythm before it had", () => {
  expect(asCron({ kind: "weekly", days: ["sunday", "monday"], time: "09:00", ...zone })).toBe(
    "0 9 * * 1,7",
  );
  expect(asCron({ kind: "quarterly", month: 2, day: 5, time: "09:00", ...zone })).toBe(
    "0 9 5 2,5,8,11 *",
  );
});

test("days off are said with the country", () => {
  expect(dayOffWords({ country: "DE", on_day_off: "after" })).toBe(
    "on business days in Germany, else the one after",
  );
  expect(dayOffWords(null)).toBeUndefined();
});

test("what is not said in full is not asked about", () => {
  expect(isWhole({ kind: "weekly", days: [], time: "09:00", ...zone })).toBe(false);
  expect(isWhole({ kind: "daily", time: "9", ...zone })).toBe(false);
  expect(isWhole({ kind: "daily", time: "09:00", ...zone })).toBe(true);
});
