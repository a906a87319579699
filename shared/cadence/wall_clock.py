"""From a wall clock's reading to instants, also where the clocks change.

A reading that the clocks jump over comes at the first instant after the gap; one that comes twice
comes the first time, or both times for what counts in hours. PEP 495 says what `fold` means.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_ONE = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Reading:
    """One instant at which the clock reads `local`, or jumps over it."""

    local: datetime
    """Without a zone."""
    fold: int
    """1 in the second pass of what comes twice."""
    at_utc: datetime
    missing: bool = False
    """The clock never reads this: `at_utc` is the first instant after the gap."""


def readings(local: datetime, zone: ZoneInfo, *, by_the_hour: bool) -> list[Reading]:
    """When the clock reads `local`: once; none or two only `by_the_hour`."""
    first, second = offset(local, zone, 0), offset(local, zone, 1)
    if first == second:
        return [Reading(local, 0, _instant(local, first))]
    if first > second:
        passes = [Reading(local, 0, _instant(local, first))]
        if by_the_hour:
            passes.append(Reading(local, 1, _instant(local, second)))
        return passes
    if by_the_hour:
        return []
    after_gap = _transition(_instant(local, second), _instant(local, first), zone)
    return [Reading(local, 0, after_gap, missing=True)]


def steady_offset(day: date, zone: ZoneInfo) -> timedelta | None:
    """The offset from UTC all through that day; None where it changes, or comes near it."""
    midnight = datetime.combine(day, time.min)
    begins, ends = offset(midnight, zone, 0), offset(midnight + _ONE, zone, 1)
    return begins if begins == ends else None


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) of a local day; where midnight is missing, at or after the gap."""
    midnight = datetime.combine(day, time.min)
    return _instant(midnight, offset(midnight, zone, 0))


def offset(local: datetime, zone: ZoneInfo, fold: int) -> timedelta:
    """From UTC, at that reading of the clock."""
    found = local.replace(tzinfo=zone, fold=fold).utcoffset()
    assert found is not None
    return found


def _instant(local: datetime, from_utc: timedelta) -> datetime:
    return (local - from_utc).replace(tzinfo=UTC)


def _transition(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between the two, to the second, from which on the later offset holds."""
    later = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle in (before, after):
            break
        if middle.astimezone(zone).utcoffset() == later:
            after = middle
        else:
            before = middle
    return after
