"""Reads the tables that a snapshot keeps in Parquet files, some thousand rows at a time.

Loading Arrow takes 45 MB: imported where a report has such a table.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO, TypeVar
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from services.renderer.formats.format import Files
from shared.document import Cell, Table

BATCH_ROWS = 8_192
"""About 1 MB of eight columns: what each step holds at a time."""
THREADS = 2


def batches(table: Table, files: Files) -> Iterator[Any]:
    """The rows of a stored table in their order, as `pyarrow.RecordBatch`es.

    The columns have the types of `shared.arrow_tables`.
    """
    assert table.stored is not None
    # Two tables of one content share a file: a reading position of its own is needed for each.
    source = pa.PythonFile(files[table.stored.file], mode="r")
    source.seek(0)
    yield from pq.ParquetFile(source).iter_batches(BATCH_ROWS, use_threads=False)


def first_rows(table: Table, files: Files, count: int, timezone: str) -> Table:
    """The stored table with its first rows in it, as the document would have had them."""
    zone = ZoneInfo(timezone)
    rows: list[tuple[Cell, ...]] = []
    for batch in batches(table, files) if count else ():
        columns = [column.to_pylist() for column in batch.slice(0, count - len(rows)).columns]
        rows += [tuple(_cell(value, zone) for value in row) for row in zip(*columns, strict=True)]
        if len(rows) == count:
            break
    return table.first_rows(tuple(rows))


def _cell(value: object, zone: ZoneInfo) -> Cell:
    match value:
        case datetime():
            return value.astimezone(zone).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case None | bool() | int() | str():
            return value
    raise TypeError(f"no cell is a {type(value).__name__}")


def write_batches(
    table: Table,
    files: Files,
    text_of: Callable[[Any], memoryview],
    out: BinaryIO,
    *,
    leave_out: int = 0,
) -> int:
    """Write each batch's text, a few made at a time; returns how many rows that were.

    `leave_out`: bytes of the first one's beginning, for what stands between rows.
    """
    rows = 0
    for count, text in _side_by_side(
        lambda batch: (batch.num_rows, text_of(batch)), batches(table, files)
    ):
        out.write(text if rows else text[leave_out:])
        rows += count
    return rows


_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def _side_by_side(
    function: Callable[[_Item], _Result], items: Iterable[_Item]
) -> Iterator[_Result]:
    """The results in the items' order. In threads: Arrow computes without Python's lock."""
    waiting: deque[Future[_Result]] = deque()
    with ThreadPoolExecutor(THREADS) as threads:
        source = iter(items)
        for item in islice(source, THREADS + 1):
            waiting.append(threads.submit(function, item))
        while waiting:
            result = waiting.popleft().result()
            for item in islice(source, 1):
                waiting.append(threads.submit(function, item))
            yield result
