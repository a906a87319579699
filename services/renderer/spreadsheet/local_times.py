"""Instants as a zone's clocks show them, a whole Arrow array at a time.

Arrow's own kernel reads the system's timezone files when it first meets a zone, which a locked
process cannot, and does not say which local times come twice. `zoneinfo` has each zone loaded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

SECOND = 1_000_000
DAY = 86_400 * SECOND
"""Both in microseconds, as is every number here."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = (datetime.min.replace(tzinfo=UTC) - _EPOCH).days + 1
_LAST_DAY = (datetime.max.replace(tzinfo=UTC) - _EPOCH).days - 1


@dataclass(frozen=True)
class _Change:
    """The clocks are set: at `at` (since 1970, UTC) the offset becomes `after`."""

    at: int
    before: int
    after: int


def local_times(instants: Any, timezone: str) -> tuple[Any, Any]:
    """Microseconds since 1970-01-01 on the zone's clocks, and a mask of those that come twice.

    `instants`: int64 microseconds since 1970-01-01 UTC; nulls stay null in both results.
    """
    days = pc.subtract(
        pc.divide(instants, DAY),
        # Division rounds towards zero; days before 1970 begin below.
        pc.cast(pc.less(_remainder(instants, DAY), 0), pa.int64()),
    )
    coded = days.dictionary_encode()
    # As Python's datetime, one has years 1 to 9999.
    seen = [min(max(day, _FIRST_DAY), _LAST_DAY) for day in coded.dictionary.to_pylist()]
    offsets = pa.array([_offset(timezone, day * DAY) for day in seen], pa.int64())
    offset = offsets.take(coded.indices)
    for change in _changes(timezone, seen):
        after = _between(instants, change.at, (change.at // DAY + 1) * DAY)
        offset = pc.if_else(after, change.after, offset)
    twice = pa.repeat(False, len(instants))
    for change in _changes(timezone, {day + near for day in seen for near in (-1, 0, 1)}):
        back = change.before - change.after
        if back > 0:
            again = _between(instants, change.at - back, change.at + back)
            twice = pc.or_(twice, pc.fill_null(again, False))
    return pc.add(instants, offset), twice


def _between(instants: Any, first: int, after: int) -> Any:
    return pc.and_(pc.greater_equal(instants, first), pc.less(instants, after))


def _remainder(dividends: Any, divisor: int) -> Any:
    """With the sign of the dividend, as Arrow's division rounds."""
    return pc.subtract(dividends, pc.multiply(pc.divide(dividends, divisor), divisor))


def _changes(timezone: str, days: Iterable[int]) -> list[_Change]:
    """Those of these days since 1970 on which the clocks are set; never twice on one day."""
    found = (_change(timezone, day) for day in sorted(days))
    return [change for change in found if change is not None]


@lru_cache(maxsize=100_000)
def _change(timezone: str, day: int) -> _Change | None:
    first, after = day * DAY, (day + 1) * DAY
    before, then = _offset(timezone, first), _offset(timezone, after)
    if before == then:
        return None
    # Clocks are set on whole seconds.
    low, high = first // SECOND, after // SECOND
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(timezone, middle * SECOND) == before:
            low = middle
        else:
            high = middle
    return _Change(high * SECOND, before, then)


def _offset(timezone: str, instant: int) -> int:
    day, within = divmod(instant, DAY)
    day = min(max(day, _FIRST_DAY), _LAST_DAY)
    moment = _EPOCH + timedelta(days=day, microseconds=within)
    offset = moment.astimezone(ZoneInfo(timezone)).utcoffset()
    assert offset is not None
    return offset // timedelta(microseconds=1)
