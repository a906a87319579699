"""Hours of the local clock, and how much of some spans of time lies in each.

An hour here is a stretch of real time in which the wall clock shows the same hour. Where the
clocks go back, an hour comes twice, as two stretches; where they go forward, one never comes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MILLISECOND = timedelta(milliseconds=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class LocalHour:
    """A stretch of time, at most an hour long."""

    starts_at: datetime
    """UTC."""
    weekday: int
    """0 for Monday to 6 for Sunday, by the local clock."""
    hour: int
    """0 to 23, by the local clock."""


def local_hours(begin: datetime, end: datetime, timezone: str) -> tuple[LocalHour, ...]:
    """[begin, end), cut wherever the hour that the clocks of `timezone` show changes."""
    zone = ZoneInfo(timezone)
    found = []
    at = begin.astimezone(UTC)
    while at < end:
        local = at.astimezone(zone)
        found.append(LocalHour(at, local.weekday(), local.hour))
        at = _next_edge(at, local, zone)
    return tuple(found)


def _next_edge(at: datetime, local: datetime, zone: ZoneInfo) -> datetime:
    """When the clock that shows `local` at the instant `at` next shows another hour, or jumps."""
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    edge = at + _HOUR - into
    offset = local.utcoffset()
    if (edge - MILLISECOND).astimezone(zone).utcoffset() == offset:
        return edge
    # The clocks jump in the middle of an hour, as in Caracas on 1 May 2016 at 02:30.
    before, after = at, edge
    while after - before > MILLISECOND:
        middle = before + (after - before) // 2 // MILLISECOND * MILLISECOND
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def milliseconds(length: timedelta) -> int:
    """Whole milliseconds; finer parts are cut off."""
    return length // MILLISECOND


def whole_milliseconds(at: datetime) -> datetime:
    """The same instant without what is finer than a millisecond."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def covered(edges: Sequence[int], steps: Mapping[int, tuple[int, int]]) -> list[int]:
    """How much time all spans together take between each two neighbouring edges.

    No span is split for it: between two edges the number of spans under way changes only at
    their beginnings and ends, so that their counts and sums suffice. `steps`: by p, for the
    beginnings and ends in [edges[p - 1], edges[p]), the number of beginnings less that of ends,
    and the sum of their times, those of the ends taken off. What is at the last edge may be
    left out. One unit of time throughout, counted from the first edge.
    """
    taken = []
    under_way = times = 0
    until_now = 0
    for position, edge in enumerate(edges):
        # What all spans have taken up to this edge.
        until_edge = under_way * edge - times
        taken.append(until_edge - until_now)
        until_now = until_edge
        number, total = steps.get(position + 1, (0, 0))
        under_way, times = under_way + number, times + total
    return taken[1:]


def steps_of(edges: Sequence[int], spans: Sequence[tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """What `covered` takes, of spans that are at hand; those outside the edges are cut."""
    steps: dict[int, tuple[int, int]] = {}
    for begin, end in spans:
        begin, end = max(begin, edges[0]), min(end, edges[-1])
        if begin < end:
            for at, sign in ((begin, 1), (end, -1)):
                position = bisect_right(edges, at)
                number, total = steps.get(position, (0, 0))
                steps[position] = (number + sign, total + sign * at)
    return steps
