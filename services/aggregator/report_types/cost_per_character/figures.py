"""What the source said about cost, and all that the document is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from services.aggregator.report_types.cost_per_character.rate import Rate
from services.aggregator.scope.dimensions import Dimension
from services.aggregator.scope.scope import Scope

DEAREST = 10
"""How many single characters the table of the dearest shows."""


@dataclass(frozen=True)
class Cost:
    """Of at least one delivered character; sums in whole milliseconds."""

    count: int
    gpu: int
    """Computing time of all their jobs."""
    repeated: int
    """The part of it in second and further attempts."""
    workers: int
    """How long their jobs held a worker, by the clock: from start to finish."""
    to_delivery: int
    """From onboarding to delivery."""
    without_jobs: int = 0
    """Characters that no finished job is known of."""
    cut_short: int = 0
    """Characters onboarded before the source's first job: earlier ones are not known."""

    @property
    def mean_gpu(self) -> Fraction:
        """Milliseconds per character."""
        return Fraction(self.gpu, self.count)

    @property
    def mean_workers(self) -> Fraction:
        """Milliseconds per character."""
        return Fraction(self.workers, self.count)

    @property
    def mean_to_delivery(self) -> Fraction:
        """Milliseconds per character."""
        return Fraction(self.to_delivery, self.count)

    @property
    def repeated_percent(self) -> Fraction | None:
        """Of the GPU time, times 100; None when there was none."""
        return Fraction(100 * self.repeated, self.gpu) if self.gpu else None

    @property
    def whole(self) -> bool:
        """Whether so few are cut short (under one in twenty) that means may be compared."""
        return self.cut_short * 20 < self.count


@dataclass(frozen=True)
class Character:
    """A dear one."""

    name: str
    project: str
    scene_type: str
    resolution_tier: str
    delivered_at: datetime
    jobs: int
    """Finished ones, of whatever outcome."""
    gpu: int
    """Milliseconds."""


@dataclass(frozen=True)
class Figures:
    """What is missing has no delivered character."""

    scope: Scope
    rate: Rate | None
    now: Cost | None
    before: Cost | None
    """Of the characters delivered in the period before."""
    now_by: Mapping[Dimension, Mapping[str, Cost]]
    before_by: Mapping[Dimension, Mapping[str, Cost]]
    over_time: Mapping[str, Cost]
    """By bucket key."""
    first_delivery: datetime | None
    """The first of the whole source."""
    first_job: datetime | None
    """When the first job of the whole source was asked for."""
    dearest: tuple[Character, ...] = field(default=())
    """At most `DEAREST`, dearest first."""
    compared_at: datetime | None = None
    """See `Rollups`."""

    @property
    def comparable(self) -> bool:
        """Whether both periods have deliveries, and the data of both are whole."""
        return bool(self.now and self.before and self.now.whole and self.before.whole)

    def names(self, dimension: Dimension) -> list[str]:
        """Those with a delivery in either period or asked for: dearest first."""
        asked = {
            Dimension.PROJECT: self.scope.filters.projects,
            Dimension.SCENE_TYPE: self.scope.filters.scene_types,
            Dimension.RESOLUTION_TIER: self.scope.filters.resolution_tiers,
        }[dimension].known
        now = self.now_by.get(dimension, {})
        nothing = Fraction(-1)
        return sorted(
            {*now, *self.before_by.get(dimension, {}), *asked},
            key=lambda name: (-(now[name].mean_gpu if name in now else nothing), name),
        )
