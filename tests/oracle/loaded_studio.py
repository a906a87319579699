"""A demo studio in a database with its rows in memory, and the periods that oracles look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from deploy.demo.generate import Tables
from services.aggregator.report_types import ReportRequest, report_types
from services.aggregator.sources import Source
from shared.document import Cell, ReportDocument, Table
from shared.periods import Period

LEAP_SPRING = date(2024, 4, 15)
"""The 400 days up to here hold a leap day and three clock changes."""
AHEAD = datetime.now(UTC).date() + timedelta(days=20)
"""These rows go on after the as-of time, as plans entered early would."""
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC")
"""With clock changes of an hour and of half an hour, and an offset of a quarter."""
GRAINS = ("day", "week", "month")

_RELATIVE = {
    "a month": (-60, 31),
    "one day": (-5, 1),
    "half a year": (-250, 180),
    "all": (-399, 400),
    "up to the last day": (-29, 30),
    "over the last day": (-10, 40),
    "over the first day": (-420, 40),
    "before all data": (-900, 30),
    "after all data": (40, 30),
}
"""First day, counted from the end of the data, and length."""
_CALENDAR = {
    "leap day": (date(2024, 2, 29), date(2024, 2, 29)),
    "compared with february": (date(2024, 3, 1), date(2024, 3, 29)),
    "spring in Berlin": (date(2024, 3, 31), date(2024, 3, 31)),
    "spring in New York": (date(2024, 3, 4), date(2024, 3, 17)),
    "autumn in Berlin": (date(2023, 10, 29), date(2023, 10, 29)),
    "autumn in New York, spring in Lord Howe": (date(2023, 9, 28), date(2023, 11, 9)),
    "month's end": (date(2024, 1, 31), date(2024, 2, 1)),
}


@dataclass
class LoadedStudio:
    """One loaded studio."""

    source: Source
    tables: Tables

    async def report(self, name: str, period: Period, **parameters: Any) -> ReportDocument:
        """The report of that type as the aggregator makes it."""
        report_type = report_types[name]
        request = ReportRequest(
            period=period,
            parameters=report_type.parameters.model_validate(parameters),
            tenant="Lighthouse Studio",
            generated_at=datetime.now(UTC),
        )
        async with self.source.snapshot() as session:
            return await report_type.build(session, request)


def periods(until: date, timezone: str) -> Iterator[Period]:
    """Those relative to the end of the data, and those of the calendar where the data has them."""
    for first, length in _RELATIVE.values():
        day = until + timedelta(days=first)
        yield Period(first_day=day, last_day=day + timedelta(days=length - 1), timezone=timezone)
    for first_day, last_day in _CALENDAR.values() if until == LEAP_SPRING else ():
        yield Period(first_day=first_day, last_day=last_day, timezone=timezone)


def rows_of(document: ReportDocument, name: str) -> list[tuple[Cell, ...]]:
    """The rows of one table, the total last."""
    table: Table = next(table for table in document.tables if table.name == name)
    return [*table.rows, *([table.total] if table.total else [])]
