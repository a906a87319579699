"""What the source says about reviews, and which of it may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from services.aggregator.report_types.reviewer_productivity.anonymity import LEAST_REVIEWS
from services.aggregator.scope.filters import Asked
from services.aggregator.scope.grain import Bucket, Grain
from services.aggregator.scope.progress import Progress

NOW, BEFORE = "now", "before"
"""The period, and the one before; the keys of its buckets are dates, weeks and months."""
EVERY_TEAM, TOGETHER = "\x00every", "\x00together"
"""All reviews, and those of the teams that are counted as one; no team can be called so."""


@dataclass(frozen=True)
class Measures:
    """Decided reviews of one group. Times are whole milliseconds from request to decision."""

    reviews: int = 0
    people: int = 0
    approved: int = 0
    segments: int = 0
    notes: int = 0
    median: int | None = None
    """Half of the reviews took no longer; None without reviews."""
    ninetieth: int | None = None
    """Nine in ten took no longer."""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Measures:
        """From a row of the source."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})

    @property
    def rejected(self) -> int:
        """Those that were not approved."""
        return self.reviews - self.approved


NOTHING = Measures()


@dataclass(frozen=True)
class Waiting:
    """Reviews that were asked for and not decided yet."""

    at_beginning: int = 0
    at_end: int = 0
    """At the period's end, or at the as-of time if that is earlier."""
    oldest: datetime | None = None
    """When the first of those at the end was asked for."""


@dataclass(frozen=True)
class People:
    """Single people, where they were asked for."""

    alone: Mapping[tuple[str, str], Measures]
    """By team and person."""
    others: Mapping[str, Measures]
    """By team, those who may not be shown alone; teams where not even they may are not in it."""
    few: int
    """How many people are not shown alone because they have fewer than five reviews."""
    with_them: int
    """And how many because the former could be worked out otherwise."""
    unseen: int
    """How many of both are in the rows of teams alone."""


@dataclass(frozen=True)
class Figures:
    """What the source said, and all that the document is made from."""

    progress: Progress
    grain: Grain
    """Day, week or month."""
    buckets: tuple[Bucket, ...]
    measures: Mapping[tuple[str, str], Measures]
    """By NOW, BEFORE or a bucket's key, and by team, EVERY_TEAM or TOGETHER; else nothing."""
    waiting: Mapping[str, Waiting]
    """By team or TOGETHER."""
    teams_together: int
    """How many teams are counted as one."""
    people: People | None
    """None: they were not asked for."""
    first_decision: datetime | None
    """Of the whole source."""
    filters: Sequence[Asked] = ()

    def of(self, when: str, team: str = EVERY_TEAM) -> Measures:
        """The measures of a group, also where there are none."""
        return self.measures.get((when, team), NOTHING)

    def may_show(self, measures: Measures) -> bool:
        """Whether more may be told of a group than how many reviews it has."""
        if measures.people != 1:
            return True
        return self.people is not None and measures.reviews >= LEAST_REVIEWS

    def shown(self, when: str, team: str = EVERY_TEAM) -> Measures | None:
        """The measures of a group; None where there are none to tell of."""
        measures = self.of(when, team)
        return measures if measures.reviews and self.may_show(measures) else None

    @cached_property
    def teams(self) -> list[str]:
        """Those with reviews decided or waiting, slowest first; those counted as one are last."""
        found = {team for when, team in self.measures if when == NOW and team != EVERY_TEAM}
        found |= {team for team, waiting in self.waiting.items() if waiting.at_end}

        def place(team: str) -> tuple[bool, int, str]:
            return team == TOGETHER, -(self.of(NOW, team).median or 0), team

        return sorted(found, key=place)

    @cached_property
    def waiting_in_all(self) -> Waiting:
        """All that wait."""
        parts = self.waiting.values()
        return Waiting(
            sum(part.at_beginning for part in parts),
            sum(part.at_end for part in parts),
            min((part.oldest for part in parts if part.oldest), default=None),
        )

    def waited(self, waiting: Waiting) -> int | None:
        """How long the oldest of them had waited at the end, in milliseconds."""
        if waiting.oldest is None:
            return None
        return (self.progress.ends_at - waiting.oldest) // timedelta(milliseconds=1)
