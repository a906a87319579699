"""What a report counts, told apart by what it can be narrowed down to.

Slices of a burst are reports of their own, so nothing shows by itself that together they are the
whole. The parts are the other way to count the same: by the values of the filters, in the same
transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from services.aggregator.scope.progress import Progress
from services.aggregator.sources import SourceSession
from services.aggregator.statistics.rounding import quotient
from shared.periods import Period


@dataclass(frozen=True)
class Part:
    """What has the same values."""

    values: Mapping[str, str | None]
    """By the names of the filters (parameters of the report type)."""
    counted: int

    def lies_in(self, parameters: Mapping[str, Any]) -> bool:
        """Whether a report with these parameters has it."""
        return all(
            value in asked for name, value in self.values.items() if (asked := parameters.get(name))
        )


@dataclass(frozen=True)
class Counting:
    """Which key figure counts what, and by which parameters it can be narrowed down."""

    figure: str
    """The key figure's name: `counted` over `divisor`, to so many `places`."""
    counted: str
    """What is counted, for instance "characters"."""
    filters: tuple[str, ...]
    divisor: int = 1
    places: int = 0

    def shown(self, counted: int) -> Decimal | None:
        """The key figure of so many."""
        return quotient(counted, self.divisor, self.places)


async def count_parts(
    source: SourceSession,
    relation: str,
    columns: Mapping[str, str],
    by: Collection[str],
    *,
    asked: BaseModel,
    period: Period,
) -> tuple[Part, ...]:
    """The rows of a relation, counted by the columns of the filters in `by`.

    `relation`: FROM and WHERE, in which $1 and $2 are where what is counted begins and ends.
    `columns`: the column of each filter; what `asked` says of all of them holds.
    """
    progress = Progress(period, source.as_of)
    told = [name for name in columns if name in by]
    asking = [name for name in columns if getattr(asked, name)]
    # Relation and columns are of this code, never a request's.
    selected = "".join(f"{columns[name]} AS {name}, " for name in told)
    narrowed = "".join(
        f" AND {columns[name]} = ANY (${place}::text[])" for place, name in enumerate(asking, 3)
    )
    grouped = f" GROUP BY {', '.join(str(place + 1) for place in range(len(told)))}"
    rows = await source.fetch(
        f"SELECT {selected}count(*) AS counted {relation}{narrowed}{grouped if told else ''}",
        *(progress.starts_at, progress.ends_at),
        *(getattr(asked, name) for name in asking),
    )
    return tuple(Part({name: row[name] for name in told}, row["counted"]) for row in rows)


def together(
    counted: Sequence[tuple[Mapping[str, str | None], int]], by: Collection[str]
) -> tuple[Part, ...]:
    """Parts that are told apart by more than `by`, added up."""
    sums: dict[tuple[tuple[str, str | None], ...], int] = {}
    for values, number in counted:
        key = tuple((name, value) for name, value in values.items() if name in by)
        sums[key] = sums.get(key, 0) + number
    return tuple(Part(dict(key), number) for key, number in sums.items())


def scene_values(project: str, scene_type: str, resolution_tier: str) -> dict[str, str | None]:
    """By the filters that most report types share."""
    return {
        "projects": project,
        "scene_types": scene_type,
        "resolution_tiers": resolution_tier,
    }


OF_CHARACTERS = """
  FROM characters c
  JOIN projects p ON p.id = c.project_id
 WHERE c.delivered_at >= $1 AND c.delivered_at < $2
"""
"""Those that were delivered."""
CHARACTER_COLUMNS = {
    "projects": "p.name",
    "scene_types": "c.scene_type",
    "resolution_tiers": "c.resolution_tier",
}
CHARACTERS_DELIVERED = Counting("characters_delivered", "characters", tuple(CHARACTER_COLUMNS))


async def delivered_parts(
    source: SourceSession, by: Collection[str], *, asked: BaseModel, period: Period
) -> tuple[Part, ...]:
    """Of the report types whose figures are of delivered characters."""
    return await count_parts(
        source, OF_CHARACTERS, CHARACTER_COLUMNS, by, asked=asked, period=period
    )
