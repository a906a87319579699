"""The list itself: its columns, and its rows, held where they are few and streamed where not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from services.aggregator.report_types.streamed_table import Query, StreamedTable
from services.aggregator.scope.dimensions import Dimension
from shared.document import Cell, Column, Kind, Table

NAME, TITLE = "jobs", "Jobs by the time they finished"

COLUMNS = (
    # Texts: nobody reckons with them, and they are to be read as they are written elsewhere.
    Column(name="job_id", title="Job", kind=Kind.TEXT),
    Column(name="scene_id", title="Scene", kind=Kind.TEXT),
    Column(name="character_id", title="Character", kind=Kind.TEXT),
    Dimension.PROJECT.column,
    Dimension.SCENE_TYPE.column,
    Dimension.RESOLUTION_TIER.column,
    Column(name="worker", title="Worker", kind=Kind.TEXT, narrows="workers"),
    Column(name="status", title="Status", kind=Kind.TEXT, narrows="statuses"),
    Column(name="attempt", title="Attempt", kind=Kind.INTEGER),
    Column(name="queued_at", title="Queued", kind=Kind.INSTANT),
    Column(name="started_at", title="Started", kind=Kind.INSTANT),
    Column(name="finished_at", title="Finished", kind=Kind.INSTANT),
    Column(name="gpu_milliseconds", title="GPU time", kind=Kind.INTEGER, unit="ms"),
)

ColumnName = StrEnum("ColumnName", [(column.name, column.name) for column in COLUMNS])  # type: ignore[misc]  # made from the columns, so that there is one list of them


def columns(wanted: Sequence[str]) -> tuple[Column, ...]:
    """Those that were asked for, in the table's order; all of them when none was."""
    return tuple(column for column in COLUMNS if not wanted or column.name in wanted)


def held(
    jobs: Sequence[Mapping[str, Any]], wanted: tuple[Column, ...], found: int, timezone: str
) -> Table:
    """The table with its rows; `found` is how many there were before a limit."""
    zone = ZoneInfo(timezone)
    return Table(
        name=NAME,
        title=TITLE,
        columns=wanted,
        rows=tuple(
            tuple(_cell(job[column.name], column.kind, zone) for column in wanted) for job in jobs
        ),
        available_rows=found if len(jobs) < found else None,
    )


def streamed(query: Query, rows: int, wanted: tuple[Column, ...], found: int) -> StreamedTable:
    """The table of so many rows that they go past the document."""
    return StreamedTable(
        name=NAME,
        title=TITLE,
        columns=wanted,
        rows=(),
        query=query,
        expected=rows,
        available_rows=found if rows < found else None,
    )


def _cell(value: Any, kind: Kind, zone: ZoneInfo) -> Cell:
    if isinstance(value, datetime):
        # With all six digits, as a stored table has them; by the clocks its day is told by.
        return value.astimezone(zone).isoformat(timespec="microseconds")
    return str(value) if value is not None and kind is Kind.TEXT else value
