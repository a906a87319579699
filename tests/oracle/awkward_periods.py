"""Periods at which a report may go wrong, and data that reach over them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from shared.periods import Period

LEAP_SPRING = date(2024, 4, 15)
"""The 400 days up to here hold a leap day and three clock changes."""
AHEAD = datetime.now(UTC).date() + timedelta(days=20)
"""These rows go on after the as-of time, as plans entered early would."""


def _back(days: int, length: int) -> tuple[int, int]:
    """A period that begins so many days before the last one."""
    return -days, -days + length - 1


RELATIVE = {
    "a month": _back(60, 31),
    "one day": _back(5, 1),
    "half a year": _back(250, 180),
    "all": _back(399, 400),
    "up to the last day": _back(29, 30),
    "over the last day": _back(10, 40),
    "over the first day": _back(420, 40),
    "after the first days": _back(395, 30),
    "before all data": _back(900, 30),
    "after all data": _back(-40, 30),
    "long before to long after": _back(900, 1200),
}
CALENDAR = {
    "leap day": (date(2024, 2, 29), date(2024, 2, 29)),
    "compared with february": (date(2024, 3, 1), date(2024, 3, 29)),
    "february": (date(2024, 2, 1), date(2024, 2, 29)),
    "spring in Berlin": (date(2024, 3, 31), date(2024, 3, 31)),
    "spring in New York": (date(2024, 3, 4), date(2024, 3, 17)),
    "autumn in Berlin": (date(2023, 10, 29), date(2023, 10, 29)),
    "over the new year": (date(2023, 12, 18), date(2024, 1, 14)),
    "april, a year after the first": (date(2024, 4, 1), date(2024, 4, 30)),
    "month's end": (date(2024, 1, 31), date(2024, 2, 1)),
}
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "UTC")


def named(name: str, until: date, timezone: str) -> Period:
    """One of `RELATIVE`, counted back from the end of the data."""
    first, last = RELATIVE[name]
    return Period(
        first_day=until + timedelta(days=first),
        last_day=until + timedelta(days=last),
        timezone=timezone,
    )


def periods(until: date, timezone: str) -> Iterator[Period]:
    """All of them; those of the calendar only where the data are of that time."""
    for name in RELATIVE:
        yield named(name, until, timezone)
    for first_day, last_day in CALENDAR.values() if until == LEAP_SPRING else ():
        yield Period(first_day=first_day, last_day=last_day, timezone=timezone)
