"""Names that were asked for: which exist, and what is said of those that do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.aggregator.scope.filters import Asked, Filters, filters_of
from services.aggregator.scope.selection import SceneSelection


class KnownNames:
    """A source that has these names and no others."""

    def __init__(self, *known: str) -> None:
        self.as_of = datetime(2026, 11, 2, tzinfo=UTC)
        self.asked: list[tuple[object, ...]] = []
        self._known = known

    async def fetch(self, sql: str, *arguments: object) -> Sequence[Mapping[str, Any]]:
        self.asked.append(arguments)
        (wanted,) = arguments
        assert isinstance(wanted, tuple)
        return [{"name": name} for name in self._known if name in wanted]


async def test_without_names_the_source_is_not_asked() -> None:
    source = KnownNames()
    filters = await filters_of(source, SceneSelection())
    assert (filters.nothing_left, filters.unknown, filters.note) == (None, None, None)
    assert source.asked == []


async def test_names_keep_the_order_in_which_they_were_asked_for() -> None:
    source = KnownNames("A", "B", "crowd")
    asked = SceneSelection(projects=("B", "X", "A"), scene_types=("crowd",))
    filters = await filters_of(source, asked)
    assert filters.projects == Asked("project", known=("B", "A"), unknown=("X",))
    assert filters.nothing_left is None
    assert filters.unknown == "The source has no project named X."
    assert filters.note == "Only what was asked for is counted: projects B and A; scene type crowd."


async def test_one_filter_that_names_nothing_known_leaves_nothing() -> None:
    source = KnownNames("A")
    asked = SceneSelection(
        projects=("A", "X"), scene_types=("opera",), resolution_tiers=("8k", "16k")
    )
    filters = await filters_of(source, asked)
    assert filters.nothing_left == (
        "There is nothing to report: the source has no scene type named opera and "
        "no resolution tiers named 8k and 16k."
    )


def test_unknown_names_of_several_filters_are_told_in_one_sentence() -> None:
    filters = Filters(
        projects=Asked("project", ("A",), ("X",)),
        resolution_tiers=Asked("resolution tier", ("hd",), ("8k",)),
    )
    assert filters.unknown == ("The source has no project named X and no resolution tier named 8k.")
