"""Days and moments as a sentence says them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo


def month(day: date) -> str:
    """For instance "October 2026"."""
    return f"{day:%B} {day.year}"


def days_before(days: int) -> str:
    """When the period before one of so many days was: "in the 31 days before"."""
    return "on the day before" if days == 1 else f"in the {days:,} days before"


def whole_before(days: int) -> str:
    """What a running period of so many days is set against: "the whole 31 days before"."""
    return "the day before" if days == 1 else f"the whole {days:,} days before"


def moment(at: datetime, timezone: str) -> str:
    """For instance "10 October 2026, 14:05", on the clocks of that timezone."""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local.day} {month(local)}, {local:%H:%M}"
