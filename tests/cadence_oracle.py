"""When a cadence fires, found by walking the wall clock minute by minute: slow, and simple.

Nothing of `shared.cadence` is called. A clock is read for every minute (UTC) of a year and two
weeks on either side; what it jumped over and what it read twice is seen by looking at it. Cadences
come as plain facts: which times of the day, which days, what to do on days off.
"""

from __future__ import annotations

import calendar
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAY = 24 * 60
MARGIN = timedelta(days=14)


@dataclass(frozen=True)
class Facts:
    """What a cadence says, in the plainest words."""

    minutes: frozenset[int]
    """Of the day."""
    on: Callable[[date], bool]
    """Whether it comes on that day, as if it were a business day."""
    by_the_hour: bool = False
    off: Callable[[date], bool] = lambda _day: False
    rule: str = "skip"


Found = tuple[datetime, int, datetime]
"""Nominal local time, fold, instant (UTC)."""


@cache
def _clock(zone: str, year: int) -> tuple[datetime, array[int]]:
    """What the clock reads, as minutes since 1970-01-01 00:00 of its own, for each minute."""
    first = datetime(year, 1, 1, tzinfo=UTC) - MARGIN
    last = datetime(year + 1, 1, 1, tzinfo=UTC) + MARGIN
    place, origin = ZoneInfo(zone), date(1970, 1, 1).toordinal()
    read = array("q")
    for seconds in range(int(first.timestamp()), int(last.timestamp()), 60):
        local = datetime.fromtimestamp(seconds, place)
        read.append((local.toordinal() - origin) * DAY + local.hour * 60 + local.minute)
    return first, read


def expected(facts: Facts, zone: str, year: int) -> list[Found]:
    """Every fire whose instant lies in that year (UTC), in order."""
    first, read = _clock(zone, year)
    days = {(day - date(1970, 1, 1)).days for day in _days(facts, year)}
    at: dict[int, tuple[bool, int, int]] = {}
    """By minute of the walk: whether the clock never reads it, what it reads, which pass."""
    highest = read[0] - 1
    for index, now in enumerate(read):
        if not facts.by_the_hour:
            for jumped in range(read[index - 1] + 1, now) if index else ():
                if jumped % DAY in facts.minutes and jumped // DAY in days:
                    at.setdefault(index, (True, jumped, 0))
        if now % DAY in facts.minutes and now // DAY in days:
            again = now <= highest
            if facts.by_the_hour or not again:
                at[index] = (False, now, int(again))
        highest = max(highest, now)
    found = [
        (
            datetime.fromtimestamp(reading * 60, UTC).replace(tzinfo=None),
            fold,
            first + timedelta(minutes=index),
        )
        for index, (_, reading, fold) in sorted(at.items())
    ]
    return [fire for fire in found if fire[2].year == year]


def _days(facts: Facts, year: int) -> Iterator[date]:
    """The days on which it fires, moved where they are days off."""
    step = {"before": -1, "after": 1}.get(facts.rule)
    for ordinal in range(date(year - 1, 6, 1).toordinal(), date(year + 1, 6, 1).toordinal()):
        day = date.fromordinal(ordinal)
        if not facts.on(day):
            continue
        if facts.off(day):
            if step is None:
                continue
            while facts.off(day):
                day += timedelta(days=step)
        yield day


def is_last_of_month(day: date) -> bool:
    """Whether the next day is another month's."""
    return (day + timedelta(days=1)).month != day.month


def is_nth_weekday(day: date, nth: int | str, weekday: int) -> bool:
    """Whether it is the nth such weekday of its month, by counting."""
    same = [
        number
        for number in range(1, calendar.monthrange(day.year, day.month)[1] + 1)
        if date(day.year, day.month, number).weekday() == weekday
    ]
    index = -1 if nth == "last" else int(nth) - 1
    return index < len(same) and same[index] == day.day
