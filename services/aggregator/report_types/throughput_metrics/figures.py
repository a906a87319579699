"""What the source said about turnaround, and all that the document is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from services.aggregator.scope.dimensions import Dimension
from services.aggregator.scope.scope import Scope
from services.aggregator.statistics.durations import Spread

LONGEST = 10
"""How many single characters a table of the slowest shows."""


@dataclass(frozen=True)
class Character:
    """One that took long, or has been under way for long."""

    name: str
    project: str
    scene_type: str
    resolution_tier: str
    onboarded_at: datetime
    delivered_at: datetime | None
    milliseconds: int
    """From its onboarding to its delivery, or to the end of what is counted."""


@dataclass(frozen=True)
class UnderWay:
    """Characters onboarded and not delivered at an instant: at least one."""

    ages: Spread
    oldest: int
    """Milliseconds."""
    overdue: int
    """How many are older than nine in ten of the period's deliveries took (its p90)."""


@dataclass(frozen=True)
class Figures:
    """Durations in milliseconds; what is missing has no character."""

    scope: Scope
    now: Spread | None
    """Turnaround of the characters delivered in the period."""
    before: Spread | None
    """Of those in the period before."""
    now_by: Mapping[Dimension, Mapping[str, Spread]]
    before_by: Mapping[Dimension, Mapping[str, Spread]]
    over_time: Mapping[str, Spread]
    """By bucket key."""
    under_way: UnderWay | None
    """At the period's end, or at the as-of time if that is earlier."""
    under_way_before: UnderWay | None
    """At the period's beginning; its `overdue` is by this period's p90 as well."""
    under_way_by_project: Mapping[str, UnderWay]
    first_delivery: datetime | None
    """The first of the whole source."""
    slowest: tuple[Character, ...] = field(default=())
    """The slowest deliveries of the period, at most `LONGEST`, slowest first."""
    oldest: tuple[Character, ...] = field(default=())
    """The oldest of those under way, at most `LONGEST`, oldest first."""

    def names(self, dimension: Dimension) -> list[str]:
        """Those with a delivery in either period or asked for: slowest median first."""
        asked = {
            Dimension.PROJECT: self.scope.filters.projects,
            Dimension.SCENE_TYPE: self.scope.filters.scene_types,
            Dimension.RESOLUTION_TIER: self.scope.filters.resolution_tiers,
        }[dimension].known
        now = self.now_by.get(dimension, {})
        nothing = Fraction(-1)
        return sorted(
            {*now, *self.before_by.get(dimension, {}), *asked},
            key=lambda name: (-(now[name].median if name in now else nothing), name),
        )
