"""Days and moments as a sentence says them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from services.aggregator.wording.messages import say
from shared import localized


def days_before(days: int) -> str:
    """When the period before one of so many days was: "in the 31 days before"."""
    return say("days-before", days=days)


def whole_before(days: int) -> str:
    """What a running period of so many days is set against: "the whole 31 days before"."""
    return say("whole-before", days=days)


def moment(at: datetime, timezone: str) -> str:
    """For instance "10 October 2026, 14:05", on the clocks of that timezone."""
    local = at.astimezone(ZoneInfo(timezone))
    return say("moment", day=localized.day(local), time=f"{local:%H:%M}")
