"""What the source said about deliveries, and all that the document is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from services.aggregator.scope.scope import Scope
from shared.periods import Period


@dataclass(frozen=True)
class YearBefore:
    """The same period a year before, which the data reach."""

    period: Period
    delivered: Mapping[str, int]
    """Characters by project."""

    @property
    def total(self) -> int:
        """Characters delivered."""
        return sum(self.delivered.values())


@dataclass(frozen=True)
class Figures:
    """Counts of characters; what is missing is zero."""

    scope: Scope
    delivered: Mapping[tuple[str, str], int]
    """By (project, bucket key)."""
    previous: Mapping[str, int]
    """By project in the period before."""
    in_production: int
    """At the period's end, or at the as-of time if that is earlier."""
    in_production_before: int
    """At the period's beginning, which is the end of the one before."""
    first_delivery: datetime | None
    """The first of the whole source, whatever its project."""
    year_before: YearBefore | None = None
    """None where the data do not reach, or where there is no such comparison."""

    @cached_property
    def by_project(self) -> dict[str, int]:
        """Characters delivered in the period; only projects that delivered some."""
        totals: dict[str, int] = {}
        for (project, _), count in self.delivered.items():
            totals[project] = totals.get(project, 0) + count
        return totals

    @cached_property
    def by_bucket(self) -> dict[str, int]:
        """Characters delivered by bucket key, every bucket included."""
        totals = dict.fromkeys((bucket.key for bucket in self.scope.buckets), 0)
        for (_, key), count in self.delivered.items():
            totals[key] += count
        return totals

    @cached_property
    def total(self) -> int:
        """Characters delivered in the period."""
        return sum(self.by_project.values())

    @cached_property
    def previous_total(self) -> int:
        """Characters delivered in the period before."""
        return sum(self.previous.values())

    @cached_property
    def projects(self) -> list[str]:
        """Those with a delivery in any period or asked for by name: most delivered first."""
        earlier = self.year_before.delivered if self.year_before else {}
        names = {*self.by_project, *self.previous, *earlier, *self.scope.filters.projects.known}
        return sorted(names, key=lambda name: (-self.by_project.get(name, 0), name))
