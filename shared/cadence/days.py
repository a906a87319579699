"""On which local days a cadence comes, with what it leaves out and why."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from shared.cadence.cadences import (
    Cadence,
    Cron,
    Daily,
    DayOfMonth,
    Monthly,
    NthWeekday,
    OnDayOff,
    Quarterly,
    Weekly,
    Yearly,
)
from shared.cadence.cron_expression import CronExpression
from shared.cadence.days_off import DaysOff, OwnDays

YEARS_AHEAD = 50
"""How far is looked; every date of the Gregorian calendar, with its weekday, comes by then."""
_ONE = timedelta(days=1)
_LONGEST_BREAK = 366
"""Days off in a row after which a fire is not moved but left out."""
_ORDINALS = ("first", "second", "third", "fourth", "fifth")


@dataclass(frozen=True)
class Skipped:
    """A day, or a month that has no such day, on which nothing fires."""

    on: str
    """`2026-12-25`, or `2027-02` where the month has no such day."""
    reason: str


@dataclass(frozen=True)
class FiringDay:
    """A local day on which it fires."""

    day: date
    moved_from: tuple[date, ...] = ()
    """Days off whose fires it takes over."""


def firing_days(cadence: Cadence, first: date, own_days: OwnDays) -> Iterator[FiringDay | Skipped]:
    """The days from `first` on, each once and in order, with those left out in between.

    Ends with the cadence, or after `YEARS_AHEAD`.
    """
    if cadence.business_days is None:
        for entry in _nominal_days(cadence, first):
            yield entry if isinstance(entry, Skipped) else FiringDay(entry)
        return
    rule = cadence.business_days
    off = DaysOff(rule.country, rule.subdivision, own_days)
    current: FiringDay | None = None
    for entry in _nominal_days(cadence, _first_nominal(first, off, rule.on_day_off)):
        found = entry if isinstance(entry, Skipped) else _moved(entry, cadence, off)
        if isinstance(found, Skipped):
            if current is not None:
                yield current
                current = None
            yield found
        elif current is not None and found.day == current.day:
            current = FiringDay(found.day, current.moved_from + found.moved_from)
        else:
            if current is not None:
                yield current
            current = found
    if current is not None:
        yield current


def _first_nominal(first: date, off: DaysOff, rule: OnDayOff) -> date:
    """The first day whose fire may come on `first` or later."""
    if rule is not OnDayOff.AFTER:
        return first
    for _ in range(_LONGEST_BREAK):
        if off.why(first - _ONE) is None:
            break
        first -= _ONE
    return first


def _moved(day: date, cadence: Cadence, off: DaysOff) -> FiringDay | Skipped:
    reason = off.why(day)
    if reason is None:
        return FiringDay(day)
    assert cadence.business_days is not None
    rule = cadence.business_days.on_day_off
    if rule is OnDayOff.SKIP:
        return Skipped(day.isoformat(), reason)
    step = -_ONE if rule is OnDayOff.BEFORE else _ONE
    target = day
    for _ in range(_LONGEST_BREAK):
        target += step
        if off.why(target) is None:
            break
    else:
        return Skipped(day.isoformat(), f"{reason}, and no business day within a year")
    if (cadence.start and target < cadence.start) or (cadence.end and target > cadence.end):
        return Skipped(day.isoformat(), f"{reason}, and {target} lies outside the schedule's dates")
    return FiringDay(target, (day,))


def _nominal_days(cadence: Cadence, first: date) -> Iterator[date | Skipped]:
    """As if every day were a business day, within the cadence's dates."""
    if cadence.start is not None:
        first = max(first, cadence.start)
    last = date(min(first.year + YEARS_AHEAD, date.max.year - 1), 12, 31)
    if cadence.end is not None:
        last = min(last, cadence.end)
    match cadence:
        case Daily():
            yield from _every_day(first, last)
        case Weekly():
            wanted = {weekday.number for weekday in cadence.days}
            yield from (day for day in _every_day(first, last) if day.weekday() in wanted)
        case Monthly():
            yield from _of_months(first, last, cadence.day, range(1, 13))
        case Quarterly():
            yield from _of_months(first, last, cadence.day, range(cadence.month, 13, 3))
        case Yearly():
            yield from _of_months(first, last, cadence.day, range(cadence.month, cadence.month + 1))
        case Cron():
            yield from _of_cron(first, last, CronExpression.read(cadence.expression))


def _every_day(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


def _of_cron(first: date, last: date, cron: CronExpression) -> Iterator[date]:
    day = first
    while day <= last:
        if day.month not in cron.days.months:
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            continue
        if cron.comes_on(day):
            yield day
        day += _ONE


def _of_months(
    first: date, last: date, wanted: DayOfMonth, months: range
) -> Iterator[date | Skipped]:
    for year in range(first.year, last.year + 1):
        for month in months:
            found = _day_of(year, month, wanted)
            if isinstance(found, date):
                if first <= found <= last:
                    yield found
            elif first <= date(year, month, calendar.monthrange(year, month)[1]) <= last:
                yield found


def _day_of(year: int, month: int, wanted: DayOfMonth) -> date | Skipped:
    first_weekday, days = calendar.monthrange(year, month)
    match wanted:
        case "last":
            return date(year, month, days)
        case NthWeekday(nth="last"):
            last_weekday = (first_weekday + days - 1) % 7
            return date(year, month, days - (last_weekday - wanted.weekday.number) % 7)
        case NthWeekday():
            assert isinstance(wanted.nth, int)
            day = 1 + (wanted.weekday.number - first_weekday) % 7 + 7 * (wanted.nth - 1)
            name = f"{_ORDINALS[wanted.nth - 1]} {wanted.weekday.value.title()}"
        case int():
            day, name = wanted, f"day {wanted}"
    if day > days:
        return Skipped(f"{year}-{month:02}", f"{calendar.month_name[month]} {year} has no {name}")
    return date(year, month, day)
