"""What a report's filters name, and whether the source has it.

A name that the source does not know is no error: a schedule should not break because a project
was renamed, and a report that says so in its first line is found sooner than one that did not
come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.aggregator.report_types.wording import listed
from services.aggregator.sources import SourceSession


@dataclass(frozen=True)
class Filter:
    """One filter of a report, as it was asked for; without names it lets everything pass."""

    noun: str
    """What one of its names is, for instance "project"."""
    known: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it lets nothing pass, because the source has none of its names."""
        return bool(self.unknown) and not self.known


async def read_filter(
    source: SourceSession, noun: str, wanted: Sequence[str], relation: str, column: str
) -> Filter:
    """Looks each name up in that column; asks nothing where nothing is wanted."""
    if not wanted:
        return Filter(noun)
    rows = await source.fetch(
        # Relation and column are names in this code, never a request's.
        "SELECT wanted.entry FROM unnest($1::text[]) AS wanted (entry) "  # noqa: S608
        f"WHERE EXISTS (SELECT 1 FROM {relation} r WHERE r.{column} = wanted.entry)",
        wanted,
    )
    found = {row["entry"] for row in rows}
    return Filter(
        noun,
        known=tuple(name for name in wanted if name in found),
        unknown=tuple(name for name in wanted if name not in found),
    )


def nothing_left(filters: Sequence[Filter]) -> bool:
    """Whether one of them lets nothing pass."""
    return any(one.empty for one in filters)


def missing(filters: Sequence[Filter]) -> str | None:
    """For instance "the source has no project named Atlantis."; None: all names are known."""
    parts = [
        f"no {one.noun if len(one.unknown) == 1 else one.noun + 's'} named {listed(one.unknown)}"
        for one in filters
        if one.unknown
    ]
    return f"the source has {' and '.join(parts)}." if parts else None


def kept(filters: Sequence[Filter]) -> str | None:
    """For instance "project A or B, scene type dialogue"; None: everything passes."""
    parts = [
        f"{one.noun} {listed(one.known, at_most=10, last='or')}" for one in filters if one.known
    ]
    return ", ".join(parts) or None
