"""The list itself: its columns, and its rows, held where they are few and streamed where not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from services.aggregator.report_types.generation_jobs.messages import say
from services.aggregator.report_types.streamed_table import Query, StreamedTable
from shared.document import Cell, Column, Kind, Table

NAME = "jobs"

KINDS = {
    # Texts: nobody reckons with them, and they are to be read as they are written elsewhere.
    **dict.fromkeys(("job_id", "scene_id", "character_id", "project"), Kind.TEXT),
    **dict.fromkeys(("scene_type", "resolution_tier", "worker", "status"), Kind.TEXT),
    "attempt": Kind.INTEGER,
    **dict.fromkeys(("queued_at", "started_at", "finished_at"), Kind.INSTANT),
    "gpu_milliseconds": Kind.INTEGER,
}
"""The columns by name, in the table's order."""
_CODED = ("scene_type", "resolution_tier", "status")
_UNITS = {"gpu_milliseconds": "ms"}
_NARROWS = {
    "project": "projects",
    "scene_type": "scene_types",
    "resolution_tier": "resolution_tiers",
    "worker": "workers",
    "status": "statuses",
}
"""The parameters that list what a column names."""

ColumnName = StrEnum("ColumnName", [(name, name) for name in KINDS])  # type: ignore[misc]  # made from the columns, so that there is one list of them


def columns(wanted: Sequence[str]) -> tuple[Column, ...]:
    """Those that were asked for, in the table's order; all of them when none was."""
    return tuple(
        Column(
            name=name,
            title=say(f"column-{name}"),
            kind=kind,
            unit=_UNITS.get(name),
            coded=name in _CODED,
            narrows=_NARROWS.get(name),
        )
        for name, kind in KINDS.items()
        if not wanted or name in wanted
    )


def held(
    jobs: Sequence[Mapping[str, Any]], wanted: tuple[Column, ...], found: int, timezone: str
) -> Table:
    """The table with its rows; `found` is how many there were before a limit."""
    zone = ZoneInfo(timezone)
    return Table(
        name=NAME,
        title=say("table-title"),
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
        title=say("table-title"),
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
