"""What a report was asked, in the words of a clock on the wall and of the generated rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.document import ReportDocument


@dataclass(frozen=True)
class Question:
    """Days, both inclusive, on the clock of a zone; and what is to be left out.

    Nothing of `shared.periods` is used: a row's day is read off that clock, instead of
    comparing its instant with midnights.
    """

    first_day: date
    last_day: date
    zone: ZoneInfo
    as_of: datetime
    grain: str = "month"
    projects: Collection[str] = ()
    scene_types: Collection[str] = ()
    resolution_tiers: Collection[str] = ()
    workers: Collection[str] = ()
    statuses: Collection[str] = ()
    """The last two are `generation_jobs` alone."""

    @classmethod
    def of(
        cls, document: ReportDocument, filters: Mapping[str, Any], grain: str = "month"
    ) -> Question:
        """The one that this document answers."""
        period, zone = document.period, ZoneInfo(document.period.timezone)
        return cls(period.first_day, period.last_day, zone, document.as_of, grain, **filters)

    def day(self, at: datetime) -> date:
        """Which day it was then."""
        return at.astimezone(self.zone).date()

    def half(self, day: date) -> int | None:
        """0 for the period, 1 for the one of the same length before it."""
        if self.first_day <= day <= self.last_day:
            return 0
        back = (self.first_day - day).days
        return 1 if 0 < back <= (self.last_day - self.first_day).days + 1 else None

    def covers(self, project: str, scene_type: str, resolution_tier: str) -> bool:
        """Whether the filters let such a row in."""
        return (
            (not self.projects or project in self.projects)
            and (not self.scene_types or scene_type in self.scene_types)
            and (not self.resolution_tiers or resolution_tier in self.resolution_tiers)
        )
