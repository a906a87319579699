"""Studios that are loaded as a whole, their rows in memory, and the periods worth trying."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deploy.demo.generate import Tables
from services.aggregator.report_types import ReportRequest, report_types
from services.aggregator.sources import Source
from services.aggregator.stored_tables import store_tables
from shared.blobs import FolderBlobs
from shared.document import ReportDocument
from shared.periods import Period
from tests.stored_tables import read_back

LEAP_SPRING = date(2024, 4, 15)
"""The 400 days up to here hold a leap day and three clock changes."""
AHEAD = datetime.now(UTC).date() + timedelta(days=20)
"""These rows go on after the as-of time, as plans entered early would."""
SCALE, SEED = 0.3, 11
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "UTC")


@dataclass
class Studio:
    """One loaded studio and its rows."""

    source: Source
    rows: Tables

    async def report(self, name: str, period: Period, **parameters: Any) -> ReportDocument:
        """That report of it, with all of its rows."""
        report_type = report_types[name]
        request = ReportRequest(
            period=period,
            parameters=report_type.parameters.model_validate(parameters),
            tenant="Lighthouse Studio",
            generated_at=datetime.now(UTC),
        )
        with TemporaryDirectory() as folder:
            blobs = FolderBlobs(Path(folder))
            async with self.source.snapshot() as session:
                document = await store_tables(
                    await report_type.build(session, request),
                    session,
                    blobs=blobs,
                    folder="run/",
                    most_rows=1_000_000,
                )
            return await read_back(document, blobs, "run/", period.timezone)


_FROM_THE_END = {
    "a month": (-60, 31),
    "one day": (-5, 1),
    "half a year": (-250, 180),
    "all": (-399, 400),
    "over the last day": (-10, 40),
    "over the first day": (-420, 40),
    "before all data": (-900, 30),
    "after all data": (40, 30),
    "long before to long after": (-900, 1200),
}
_CALENDAR = {
    "leap day": (date(2024, 2, 29), date(2024, 2, 29)),
    "compared with february": (date(2024, 3, 1), date(2024, 3, 29)),
    "spring in Berlin": (date(2024, 3, 31), date(2024, 3, 31)),
    "spring in New York": (date(2024, 3, 4), date(2024, 3, 17)),
    "autumn in Berlin": (date(2023, 10, 29), date(2023, 10, 29)),
    "over the new year": (date(2023, 12, 18), date(2024, 1, 14)),
    "month's end": (date(2024, 1, 31), date(2024, 2, 1)),
}


def period(until: date, name: str, timezone: str = "Europe/Berlin") -> Period:
    """One of them, counted from the end of the data."""
    first, length = _FROM_THE_END[name]
    first_day = until + timedelta(days=first)
    last_day = first_day + timedelta(days=length - 1)
    return Period(first_day=first_day, last_day=last_day, timezone=timezone)


def periods(until: date, timezone: str = "Europe/Berlin") -> Iterator[Period]:
    """All of them."""
    for name in _FROM_THE_END:
        yield period(until, name, timezone)
    for first_day, last_day in _CALENDAR.values() if until == LEAP_SPRING else ():
        yield Period(first_day=first_day, last_day=last_day, timezone=timezone)
