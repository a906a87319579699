"""How far a period has got: what its figures may be compared with depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.periods import Period, local_midnight


class Stage(StrEnum):
    """Where the as-of time lies in relation to the period."""

    NOT_BEGUN = "not_begun"
    """Before it: nothing can have happened."""
    RUNNING = "running"
    """Within it: what has happened so far is set against a whole period before."""
    ENDED = "ended"
    """After it."""


@dataclass(frozen=True)
class Progress:
    """A period as the source sees it at an instant."""

    period: Period
    as_of: datetime

    @property
    def stage(self) -> Stage:
        """Where the as-of time lies."""
        if self.as_of <= self.period.starts_at:
            return Stage.NOT_BEGUN
        return Stage.RUNNING if self.as_of < self.period.ends_at else Stage.ENDED

    @property
    def starts_at(self) -> datetime:
        """The period's first instant, or the as-of time if that is earlier."""
        return min(self.period.starts_at, self.as_of)

    @property
    def ends_at(self) -> datetime:
        """The first instant after what is counted: the period's end, or the as-of time."""
        return min(self.period.ends_at, self.as_of)

    def covered_before(self, first: datetime | None) -> bool:
        """Whether data whose first row is of `first` cover the whole period before.

        A row of its first day is enough: hardly a studio begins to work at midnight.
        """
        second_day = self.period.previous.first_day + timedelta(days=1)
        return first is not None and first < local_midnight(second_day, self.period.timezone)

    @property
    def days_begun(self) -> int:
        """How many of the period's days had begun; at least one, as a divisor."""
        today = self.as_of.astimezone(ZoneInfo(self.period.timezone)).date()
        return max(1, min(self.period.days, (today - self.period.first_day).days + 1))
