"""Instants at which reports go wrong: month ends in several timezones, and clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from deploy.demo.window import HOUR, MINUTE, Window, date_of, milliseconds

_MONTH_ZONES = ("UTC", "Europe/Berlin", "America/New_York")
_CLOCK_CHANGE_ZONES = ("Europe/Berlin", "America/New_York")


def boundary_instants(window: Window) -> list[int]:
    """Sorted instants (milliseconds since 1970) inside the window, at which rows are placed.

    The first instant of each month in three timezones and the millisecond before it; around
    each clock change half an hour before (for autumn: the first of two equal local times), the
    change itself, half an hour after (the second), and the midnight that ends the long or short
    day.
    """
    found: set[int] = set()
    days = [date_of(day) for day in range(window.start_day, window.end_day + 1)]
    for day in days:
        if day.day == 1:
            for zone in _MONTH_ZONES:
                midnight = _midnight(day, zone)
                found |= {midnight - 1, midnight}
        for zone in _CLOCK_CHANGE_ZONES:
            begin, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
            if end - begin != 24 * HOUR:
                change = _clock_change(begin, end, zone)
                found |= {change - 30 * MINUTE, change, change + 30 * MINUTE, end}
    return sorted(at for at in found if window.start <= at < window.end)


def _midnight(day: date, zone: str) -> int:
    return milliseconds(datetime.combine(day, time.min, tzinfo=ZoneInfo(zone)))


def _clock_change(begin: int, end: int, zone: str) -> int:
    """The one instant between two midnights at which the offset to UTC becomes another."""
    tz = ZoneInfo(zone)

    def offset(at: int) -> timedelta | None:
        return datetime.fromtimestamp(at / 1000, UTC).astimezone(tz).utcoffset()

    return next(at for at in range(begin + HOUR, end, HOUR) if offset(at) != offset(at - HOUR))
