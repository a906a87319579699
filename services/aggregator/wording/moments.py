"""Moments as a sentence says them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from services.aggregator.wording.messages import say
from shared import localized


def moment(at: datetime, timezone: str) -> str:
    """For instance "10 October 2026, 14:05", on the clocks of that timezone."""
    local = at.astimezone(ZoneInfo(timezone))
    return say("moment", day=localized.day(local), time=f"{local:%H:%M}")
