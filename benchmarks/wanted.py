"""What is asked for: the same reports, in the same order, of Broadsheet and of the chain."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

REPORT_TYPE = "delivery_summary"
PERIODS = 180


def period(number: int, today: date) -> tuple[date, date]:
    """The `number`-th of 180 periods of 31 days that end within half a year before `today`.

    Different ones, so that nothing can be remembered from one report to the next.
    """
    last = today - timedelta(days=1 + number % PERIODS)
    return last - timedelta(days=30), last


def body(number: int, format_name: str, today: date) -> dict[str, Any]:
    """The request's body."""
    first, last = period(number, today)
    return {
        "type": REPORT_TYPE,
        "formats": [format_name],
        "period": {"from": first.isoformat(), "to": last.isoformat()},
        # The chain shares no work either.
        "fresh": True,
    }
