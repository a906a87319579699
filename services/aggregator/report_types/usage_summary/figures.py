"""What the source says about usage, as exact counts, and all that the document is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from services.aggregator.scope.filters import Asked
from services.aggregator.scope.scope import Scope


@dataclass(frozen=True)
class Tally:
    """Some events, and how many users and kinds of device they are of; each counts once."""

    events: int = 0
    users: int = 0
    devices: int = 0


@dataclass(frozen=True)
class Half:
    """The period, or the one before."""

    total: Tally = Tally()
    types: Mapping[str, Tally] = field(default_factory=dict)
    """By event type; only those that occurred."""
    devices: Mapping[str, Tally] = field(default_factory=dict)
    """By kind of device; only those that occurred."""


@dataclass(frozen=True)
class DayRow:
    """The events of one type on one local day."""

    day: date
    event_type: str
    tally: Tally


@dataclass(frozen=True)
class Figures:
    """Counts; what is missing is zero."""

    scope: Scope
    now: Half
    before: Half
    over_time: Mapping[tuple[str, str], int]
    """Events by (event type, bucket key)."""
    rows: Sequence[DayRow]
    """The newest day first, and within a day the most frequent type."""
    found: int
    """How many rows there were before a limit."""
    returned: int
    """Users of the period who were active in the one before, too."""
    gone: int
    """Users of the period before who were not active in this one."""
    first_event: datetime | None
    """Of the whole source."""
    filters: tuple[Asked, ...] = ()

    @property
    def covered_before(self) -> bool:
        """Whether the data cover the whole period before."""
        return self.scope.progress.covered_before(self.first_event)

    @cached_property
    def types(self) -> list[str]:
        """Of both periods: the most frequent of this one first."""
        return _ranked(self.now.types, self.before.types)

    @cached_property
    def devices(self) -> list[str]:
        """The same of kinds of device."""
        return _ranked(self.now.devices, self.before.devices)

    @cached_property
    def by_bucket(self) -> dict[str, int]:
        """Events by bucket key, every bucket included."""
        totals = dict.fromkeys((bucket.key for bucket in self.scope.buckets), 0)
        for (_, key), events in self.over_time.items():
            totals[key] += events
        return totals


def _ranked(now: Mapping[str, Tally], before: Mapping[str, Tally]) -> list[str]:
    none = Tally()
    return sorted({*now, *before}, key=lambda name: (-now.get(name, none).events, name))
