"""What a schedule waits for before it fires: a signal that its data are there.

This is what `schedules.readiness` holds as JSON. Signals come from outside (`POST /signals/{name}`,
or a message) into the table `signals`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.cadence.cadences import LocalTime
from shared.cadence.fires import Fire
from shared.cadence.wall_clock import readings
from shared.periods import timezone_named

SIGNAL_NAME = r"^[a-z0-9][a-z0-9_.-]{0,99}$"
"""What a signal may be called."""

COUNTS_FOR = timedelta(hours=24)
"""How long before the nominal time a signal may have come. Each counts once for a schedule."""


class Fallback(StrEnum):
    """What happens when the signal has not come in time."""

    SEND_STALE = "send_stale"
    """The report is made nevertheless, and says that its data may be old."""
    HOLD = "hold"
    """The occurrence is held until the signal comes after all, and its owner is told."""
    SKIP = "skip"
    """The occurrence is skipped."""


class Readiness(BaseModel):
    """Wait for a signal, but not later than a local time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    signal: Annotated[str, Field(pattern=SIGNAL_NAME, examples=["warehouse-loaded"])]
    not_later_than: LocalTime
    """On the nominal day, by the cadence's timezone; on the day after where that has passed."""
    fallback: Fallback = Fallback.SEND_STALE

    def wait_until(self, fire: Fire, timezone: str) -> datetime:
        """The instant (UTC) at which the fallback takes place."""
        local = datetime.combine(fire.nominal_local_time.date(), self.not_later_than)
        if local <= fire.nominal_local_time:
            local += timedelta(days=1)
        (first, *_) = readings(local, timezone_named(timezone), by_the_hour=False)
        return first.at_utc

    def not_ready(self) -> str:
        """Why nothing came, for people."""
        return f"the signal {self.signal!r} had not come by {self.not_later_than:%H:%M}"
