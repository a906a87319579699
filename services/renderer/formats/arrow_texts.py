"""Columns of a stored table as texts, whole batches at a time.

The texts are those that a table held in the document has: ISO 8601, no thousands separators.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from services.renderer.local_times import SECOND, offsets


class Texts:
    """Turns columns into texts; instants by the clocks of one timezone.

    Its offsets come from Python's timezones, as everywhere else, and not from the machine's.
    """

    def __init__(self, timezone: str) -> None:
        self._timezone = timezone

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
        instants = column.cast(pa.int64())
        ahead = offsets(instants, self._timezone)
        local = pc.add(instants, ahead).cast(pa.timestamp("us"))
        clock = pc.binary_replace_slice(local.cast(pa.string()), 10, 11, "T")
        encoded = ahead.dictionary_encode()
        names = pa.array(
            [_offset_name(each) for each in encoded.dictionary.to_pylist()], pa.string()
        )
        return pc.binary_join_element_wise(clock, names.take(encoded.indices), "")


def _offset_name(microseconds: int) -> str:
    """As `datetime.isoformat` writes it: "+02:00", with seconds where there are some."""
    seconds = microseconds // SECOND
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
