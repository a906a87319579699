"""When a cron expression fires: five fields, standard semantics, in a timezone.

cronsim does the arithmetic (Debian's rules: a local time that the clocks jump over fires at
the first instant after the gap, one that comes twice fires the first time).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cronsim import CronSim

from shared.periods import timezone_named


@dataclass(frozen=True)
class Fire:
    """One nominal fire of a schedule."""

    at: datetime
    """The instant (UTC)."""
    nominal_local_time: datetime
    """The wall clock's reading, without a zone."""
    fold: int
    """1 in the second pass of a repeated hour (PEP 495)."""


def fire_at(instant: datetime, timezone: str) -> Fire:
    """The fire whose instant is known; ValueError for an unknown timezone."""
    local = instant.astimezone(timezone_named(timezone))
    return Fire(
        at=instant.astimezone(UTC),
        nominal_local_time=local.replace(tzinfo=None, fold=0),
        fold=local.fold,
    )


def next_fire(cron: str, timezone: str, after: datetime) -> Fire:
    """The first fire later than `after` (an aware instant).

    Raises ValueError for other than five fields and for an unknown timezone, cronsim.CronSimError
    for fields that mean nothing or never come (30 February).
    """
    if len(cron.split()) != 5:
        raise ValueError(f"{cron!r} is no cron expression of five fields")
    instant = next(CronSim(cron, after.astimezone(timezone_named(timezone))), None)
    if instant is None:
        raise ValueError(f"{cron!r} never comes")
    return fire_at(instant, timezone)
