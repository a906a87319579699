"""When a cadence fires: the one computation that the scheduler and the preview share."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.cadence.cadences import Cadence, Cron
from shared.cadence.cron_expression import CronExpression
from shared.cadence.days import FiringDay, Skipped, firing_days
from shared.cadence.days_off import OwnDays
from shared.cadence.wall_clock import begin_of, readings, steady_offset
from shared.periods import timezone_named

_NO_DAYS: OwnDays = {}


@dataclass(frozen=True)
class Fire:
    """One nominal fire. (nominal_local_time, fold) is unique within a schedule."""

    nominal_local_time: datetime
    """The wall clock's reading that was asked for, without a zone."""
    fold: int
    """1 in the second pass of what the clock reads twice (PEP 495)."""
    at_utc: datetime
    """The instant."""
    missing: bool = False
    """The clock jumps over the nominal time; it fires at the first instant after the gap."""
    moved_from: tuple[date, ...] = ()
    """Days off whose fires were moved here."""


def fires(cadence: Cadence, after: datetime, own_days: OwnDays = _NO_DAYS) -> Iterator[Fire]:
    """The fires later than `after` (an aware instant), in order, without end unless it has one.

    `own_days` are the tenant's days off; they count where the cadence asks for business days.
    No two fires share an instant: what the clocks jump over falls together with what fires at
    the end of the gap.
    """
    return (entry for entry in walk(cadence, after, own_days) if isinstance(entry, Fire))


def next_fire(cadence: Cadence, after: datetime, own_days: OwnDays = _NO_DAYS) -> Fire | None:
    """The first fire later than `after`; None: it never comes again."""
    return next(fires(cadence, after, own_days), None)


def walk(cadence: Cadence, after: datetime, own_days: OwnDays) -> Iterator[Fire | Skipped]:
    """The fires later than `after`, and what is left out in between."""
    zone = timezone_named(cadence.timezone)
    times, by_the_hour = _times(cadence)
    today = after.astimezone(zone).date()
    latest = after.astimezone(UTC)
    held: list[Fire] = []
    # From the day before: where the clocks go back over midnight, its last hour comes again.
    for entry in firing_days(cadence, today - timedelta(days=1), own_days):
        if isinstance(entry, Skipped):
            if entry.on >= today.isoformat()[: len(entry.on)]:
                yield entry
            continue
        steady = steady_offset(entry.day, zone)
        if steady is not None and not held:
            # Nearly every day: nothing to be sorted, and what has passed is not looked at.
            passed = latest.replace(tzinfo=None) + steady
            begin = bisect_right(times, passed.time()) if passed.date() == entry.day else 0
            if passed.date() > entry.day:
                continue
            for at in times[begin:]:
                local = datetime.combine(entry.day, at)
                latest = (local - steady).replace(tzinfo=UTC)
                yield Fire(local, 0, latest, moved_from=entry.moved_from)
            continue
        begins = begin_of(entry.day, zone)
        for fire in _in_order(held, latest):
            if fire.at_utc < begins:
                latest = fire.at_utc
                yield fire
        held = [fire for fire in held if fire.at_utc >= begins]
        held += _fires_of(entry, times, zone, by_the_hour)
        if steady is not None:
            for fire in _in_order(held, latest):
                latest = fire.at_utc
                yield fire
            held = []
    yield from _in_order(held, latest)


def _in_order(found: list[Fire], latest: datetime) -> Iterator[Fire]:
    """One fire per instant after `latest`: the one whose time exists, else the earliest missed."""
    for fire in sorted(found, key=lambda one: (one.at_utc, one.missing, one.nominal_local_time)):
        if fire.at_utc > latest:
            latest = fire.at_utc
            yield fire


def _fires_of(
    day: FiringDay, times: tuple[time, ...], zone: ZoneInfo, by_the_hour: bool
) -> Iterator[Fire]:
    for at in times:
        local = datetime.combine(day.day, at)
        for reading in readings(local, zone, by_the_hour=by_the_hour):
            yield Fire(
                nominal_local_time=reading.local,
                fold=reading.fold,
                at_utc=reading.at_utc,
                missing=reading.missing,
                moved_from=day.moved_from,
            )


def _times(cadence: Cadence) -> tuple[tuple[time, ...], bool]:
    """The times of a firing day in order, and whether they count in hours."""
    if isinstance(cadence, Cron):
        cron = CronExpression.read(cadence.expression)
        return cron.times, cron.by_the_hour
    return (cadence.time,), False
