"""Instants as a zone's clocks show them, a whole Arrow array at a time.

Arrow's own kernel reads the system's timezone files when it first meets a zone, which a locked
process cannot, and does not say which local times come twice. `zoneinfo` has each zone loaded.
Every number here is in microseconds, of which an array has int64.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

SECOND = 1_000_000
DAY = 86_400 * SECOND
NEVER = 2**62
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Python's calendar has the years 1 to 9999.
_FIRST_DAY = (datetime.min.replace(tzinfo=UTC) - _EPOCH).days + 1
_LAST_DAY = (datetime.max.replace(tzinfo=UTC) - _EPOCH).days - 1

_Day = tuple[int, int, int]
"""Of a day in UTC: the zone's offset at its beginning, when it changes, and to what."""


def offsets(instants: Any, timezone: str) -> Any:
    """By how much the zone's clocks are ahead of UTC at each instant (since 1970, UTC)."""
    coded = _days(instants).dictionary_encode()
    told = [_day(timezone, day) for day in coded.dictionary.to_pylist()]
    before, at, after = (
        pa.array([day[part] for day in told], pa.int64()).take(coded.indices) for part in range(3)
    )
    return pc.if_else(pc.less(instants, at), before, after)


def come_twice(instants: Any, timezone: str) -> Any:
    """A mask of those whose local time the clocks show again, or have shown before."""
    days = {day for day in pc.unique(_days(instants)).to_pylist() if day is not None}
    twice = pa.repeat(False, len(instants))
    # The hours that come twice may lie in the day beside the one in which the clocks are set.
    for day in sorted({day + near for day in days for near in (-1, 0, 1)}):
        before, at, after = _day(timezone, day)
        if after < before:
            back = before - after
            again = pc.and_(pc.greater_equal(instants, at - back), pc.less(instants, at + back))
            twice = pc.or_(twice, pc.fill_null(again, False))
    return twice


def _days(instants: Any) -> Any:
    """The days since 1970 in which they lie, in UTC."""
    whole = pc.divide(instants, DAY)
    # Division rounds towards zero; a time before 1970 belongs to the day that began before it.
    early = pc.less(instants, pc.multiply(whole, DAY))
    return pc.subtract(whole, pc.cast(early, pa.int64()))


@lru_cache(maxsize=100_000)
def _day(timezone: str, day: int) -> _Day:
    day = min(max(day, _FIRST_DAY), _LAST_DAY)
    first, last = day * DAY // SECOND, (day + 1) * DAY // SECOND
    zone = ZoneInfo(timezone)
    before, after = _offset(zone, first), _offset(zone, last)
    if before == after:
        return before, NEVER, after
    # Clocks are set on whole seconds, and never twice a day.
    while last - first > 1:
        middle = (first + last) // 2
        if _offset(zone, middle) == before:
            first = middle
        else:
            last = middle
    return before, last * SECOND, after


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = (_EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset()
    assert offset is not None
    return offset // timedelta(microseconds=1)
