"""Columns of a stored table as texts, whole batches at a time.

The texts are those that a table held in the document has: ISO 8601, no thousands separators.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400
NEVER = 2**62
"""In seconds: the clocks do not change on that day."""


class Texts:
    """Turns columns into texts; instants by the clocks of one timezone.

    Its offsets come from Python's timezones, as everywhere else, and not from the machine's.
    """

    def __init__(self, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)
        self._days: dict[int, tuple[int, int, int]] = {}

    def of(self, column: Any) -> Any:
        """A `pyarrow.StringArray`; what is missing stays missing."""
        type_ = column.type
        if pa.types.is_string(type_):
            return column
        if pa.types.is_timestamp(type_):
            return self._instants(column)
        if pa.types.is_decimal(type_) and type_.scale > 6:
            # Arrow writes 0.0000001 as 1E-7.
            return pa.array(
                [None if value is None else f"{value:f}" for value in column.to_pylist()],
                pa.string(),
            )
        return column.cast(pa.string())

    def _instants(self, column: Any) -> Any:
        utc = column.cast(pa.int64())
        days = column.cast(pa.timestamp("us")).cast(pa.date32(), safe=False).cast(pa.int32())
        indices, told = _encoded(days)
        changes = [self._day(day) for day in told]
        before, at, after = (
            pc.take(pa.array(values, pa.int64()), indices)
            for values in (zip(*changes, strict=True) if changes else ((), (), ()))
        )
        offsets = pc.if_else(pc.less(utc, at), before, after)
        local = pc.add(utc, pc.multiply(offsets, 1_000_000)).cast(pa.timestamp("us"))
        clock = pc.binary_replace_slice(local.cast(pa.string()), 10, 11, "T")
        indices, seconds = _encoded(offsets)
        names = pa.array([_offset_name(each) for each in seconds], pa.string())
        return pc.binary_join_element_wise(clock, pc.take(names, indices), "")

    def _day(self, day: int) -> tuple[int, int, int]:
        """A UTC day's first offset (s), when it changes (µs since 1970), and its last offset."""
        if day not in self._days:
            first, last = day * DAY, (day + 1) * DAY - 1
            before, after = self._offset(first), self._offset(last)
            change = NEVER
            if before != after:
                while last - first > 1:
                    middle = (first + last) // 2
                    first, last = (
                        (middle, last) if self._offset(middle) == before else (first, middle)
                    )
                change = last * 1_000_000
            self._days[day] = before, change, after
        return self._days[day]

    def _offset(self, second: int) -> int:
        offset = (EPOCH + timedelta(seconds=second)).astimezone(self._zone).utcoffset()
        assert offset is not None
        return round(offset.total_seconds())


def _encoded(values: Any) -> tuple[Any, list[int]]:
    """Each value's place in the list of the different ones."""
    encoded = values.dictionary_encode()
    return encoded.indices, encoded.dictionary.to_pylist()


def _offset_name(seconds: int) -> str:
    """As `datetime.isoformat` writes it: "+02:00", with seconds where there are some."""
    sign, rest = ("-", -seconds) if seconds < 0 else ("+", seconds)
    name = f"{sign}{rest // 3600:02}:{rest // 60 % 60:02}"
    return f"{name}:{rest % 60:02}" if rest % 60 else name


def has_any(texts: Any, characters: bytes) -> bool:
    """Whether one of the (ASCII) characters may be in the texts: a look at their bytes."""
    data = texts.buffers()[2]
    if data is None:
        return False
    content = data.to_pybytes()
    return any(bytes([character]) in content for character in characters)


def content(texts: Any) -> memoryview:
    """All texts one after the other, UTF-8."""
    offsets = memoryview(texts.buffers()[1]).cast("i")
    first, last = offsets[texts.offset], offsets[texts.offset + len(texts)]
    return memoryview(texts.buffers()[2])[first:last]
