"""Periods at which a report may go wrong, and zones and grains to ask for them in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.periods import Period

LEAP_SPRING = date(2024, 4, 15)
"""The 400 days up to here hold a leap day and three clock changes."""
AHEAD = datetime.now(UTC).date() + timedelta(days=20)
"""These rows go on after the as-of time, as plans entered early would."""
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
)
"""With clock changes of an hour and of half an hour, a quarter's offset, and the date line."""
_AT_EVERY_CHANGE = ("America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
EACH_ZONE = [
    zone if zone in _AT_EVERY_CHANGE else pytest.param(zone, marks=pytest.mark.long)
    for zone in ZONES
]
"""For tests of one zone each: at every change half of them, of each kind; all in the long run."""
BY_TURNS = pytest.mark.parametrize(
    "step", [3, pytest.param(1, marks=pytest.mark.long)], ids=["by_turns", "each_period"]
)
"""For tests of three parts over all periods: at every change each part has every third period,
beginning with that of its number; in the long run it has all."""
GRAINS = ("day", "week", "month")

_RELATIVE = {
    "a month": (-60, 31),
    "one day": (-5, 1),
    "half a year": (-250, 180),
    "all": (-399, 400),
    "up to the last day": (-29, 30),
    "over the last day": (-10, 40),
    "over the first day": (-420, 40),
    "after the first days": (-395, 30),
    "before all data": (-900, 30),
    "after all data": (40, 30),
    "long before to long after": (-900, 1200),
}
"""First day, counted from the end of the data, and length."""
_CALENDAR = {
    "leap day": (date(2024, 2, 29), date(2024, 2, 29)),
    "compared with february": (date(2024, 3, 1), date(2024, 3, 29)),
    "february": (date(2024, 2, 1), date(2024, 2, 29)),
    "spring in Berlin": (date(2024, 3, 31), date(2024, 3, 31)),
    "spring in New York": (date(2024, 3, 4), date(2024, 3, 17)),
    "autumn in Berlin": (date(2023, 10, 29), date(2023, 10, 29)),
    "autumn in New York, spring in Lord Howe": (date(2023, 9, 28), date(2023, 11, 9)),
    "over the new year": (date(2023, 12, 18), date(2024, 1, 14)),
    "april, a year after the first": (date(2024, 4, 1), date(2024, 4, 30)),
    "month's end": (date(2024, 1, 31), date(2024, 2, 1)),
}


def named(name: str, until: date, timezone: str = "Europe/Berlin") -> Period:
    """One of those that are relative to the end of the data."""
    first, length = _RELATIVE[name]
    first_day = until + timedelta(days=first)
    last_day = first_day + timedelta(days=length - 1)
    return Period(first_day=first_day, last_day=last_day, timezone=timezone)


def periods(until: date, timezone: str = "Europe/Berlin") -> Iterator[Period]:
    """All of them; those of the calendar only where the data are of that time."""
    for name in _RELATIVE:
        yield named(name, until, timezone)
    for first_day, last_day in _CALENDAR.values() if until == LEAP_SPRING else ():
        yield Period(first_day=first_day, last_day=last_day, timezone=timezone)


def grains_of(period: Period) -> tuple[str, ...]:
    """Those that a report takes for so long a period."""
    return GRAINS if period.days <= 400 else GRAINS[1:]


def periods_with_a_grain(until: date, timezone: str) -> Iterator[tuple[Period, str]]:
    """Each period with one grain; with another one in the next zone."""
    for number, period in enumerate(periods(until, timezone), ZONES.index(timezone)):
        grains = grains_of(period)
        yield period, grains[number % len(grains)]


def halves(period: Period) -> tuple[Period, Period]:
    """The first half and the rest of a period of two days or more."""
    cut = period.first_day + timedelta(days=period.days // 2)
    return (
        period.model_copy(update={"last_day": cut - timedelta(days=1)}),
        period.model_copy(update={"first_day": cut}),
    )
