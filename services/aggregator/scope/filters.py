"""What was asked for by name, what of it the source has, and the sentences about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.aggregator.scope.selection import SceneSelection
from services.aggregator.sources import SourceSession
from services.aggregator.wording.messages import say
from shared.localized import listed


@dataclass(frozen=True)
class Asked:
    """One filter. With neither known nor unknown names it lets all through."""

    noun: str
    """What one of them is: "project"."""
    known: tuple[str, ...] = ()
    """Names that were asked for and exist."""
    unknown: tuple[str, ...] = ()
    """Names that were asked for and do not exist."""


@dataclass(frozen=True)
class Filters:
    """All filters of a report; a row counts that passes each of them."""

    projects: Asked = field(default_factory=lambda: Asked("project"))
    scene_types: Asked = field(default_factory=lambda: Asked("scene type"))
    resolution_tiers: Asked = field(default_factory=lambda: Asked("resolution tier"))

    @property
    def all(self) -> tuple[Asked, ...]:
        """In the order in which sentences name them."""
        return self.projects, self.scene_types, self.resolution_tiers

    @property
    def narrowed(self) -> bool:
        """Whether anything was asked for by name."""
        return any(each.known or each.unknown for each in self.all)

    @property
    def nothing_left(self) -> str | None:
        """See `nothing_left`."""
        return nothing_left(self.all)

    @property
    def unknown(self) -> str | None:
        """See `unknown`."""
        return unknown(self.all)

    @property
    def note(self) -> str | None:
        """See `note`."""
        return note(self.all)


def nothing_left(filters: Sequence[Asked]) -> str | None:
    """The report's only sentence where a filter names nothing that exists.

    Not an error: a schedule should not break because a project was renamed, and a report
    that says so in its first line is found sooner than one that did not come.
    """
    empty = [each for each in filters if each.unknown and not each.known]
    return say("nothing-left", missing=_no_such(empty)) if empty else None


def unknown(filters: Sequence[Asked]) -> str | None:
    """A sentence about names that do not exist, beside others that do."""
    partly = [each for each in filters if each.unknown]
    return say("unknown-names", missing=_no_such(partly)) if partly else None


def note(filters: Sequence[Asked]) -> str | None:
    """A sentence that says what the report was narrowed down to."""
    parts = [
        say("filter-of", names=listed(each.known, at_most=10), **_number_of(each, each.known))
        for each in filters
        if each.known
    ]
    return say("only-asked-for", filters="; ".join(parts)) if parts else None


def _no_such(filters: Sequence[Asked]) -> str:
    """What the source does not have."""
    parts = [
        say("no-such-names", names=listed(each.unknown), **_number_of(each, each.unknown))
        for each in filters
    ]
    told = parts[0]
    for part in parts[1:]:
        told = say("and-no-such-names", first=told, second=part)
    return told


def _number_of(asked: Asked, names: Sequence[str]) -> dict[str, str | int]:
    """By which a message tells what they are."""
    return {"noun": asked.noun.replace(" ", "-"), "count": len(names)}


async def filters_of(source: SourceSession, selection: SceneSelection) -> Filters:
    """One query for each kind of name that was asked for."""
    # A scene type that no character was ordered for may still be one of the studio's.
    made = ("characters", "scenes")
    return Filters(
        projects=await asked_for(source, "project", selection.projects, "name", "projects"),
        scene_types=await asked_for(
            source, "scene type", selection.scene_types, "scene_type", *made
        ),
        resolution_tiers=await asked_for(
            source, "resolution tier", selection.resolution_tiers, "resolution_tier", *made
        ),
    )


async def asked_for(
    source: SourceSession, noun: str, wanted: Sequence[str], column: str, *relations: str
) -> Asked:
    """A filter by the names in a column that some relations have; no query where none is wanted."""
    if not wanted:
        return Asked(noun)
    # Relations and column are names in this code, never a request's.
    there = " OR ".join(
        f"EXISTS (SELECT FROM {relation} WHERE {relation}.{column} = asked.name)"
        for relation in relations
    )
    rows = await source.fetch(
        f"SELECT asked.name FROM unnest($1::text[]) AS asked (name) WHERE {there}",  # noqa: S608
        wanted,
    )
    found = {row["name"] for row in rows}
    return Asked(
        noun,
        known=tuple(name for name in wanted if name in found),
        unknown=tuple(name for name in wanted if name not in found),
    )
