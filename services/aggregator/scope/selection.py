"""Which part of the studio a report covers: the filters that its report types share."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.aggregator.scope.grain import Grain

MOST_NAMES = 100
"""How many names a filter may list."""


_Item = TypeVar("_Item")


def each_once(names: tuple[_Item, ...]) -> tuple[_Item, ...]:
    """Without repetitions, in the order of their first mention."""
    return tuple(dict.fromkeys(names))


_Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\u0000-\u001f\u007f]+$")]
Names = Annotated[tuple[_Name, ...], Field(max_length=MOST_NAMES), AfterValidator(each_once)]
"""Exact names, each once; none means all."""


class Selection(BaseModel):
    """Parameters that narrow a report down. Extra fields are an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    projects: Names = Field(
        (),
        title="Projects",
        description="Only these projects, by their exact names; all of them when left out.",
    )


class SceneSelection(Selection):
    """The same, for what has a scene type and a resolution tier."""

    scene_types: Names = Field(
        (),
        title="Scene types",
        description="Only these scene types, by their exact names; all of them when left out.",
    )
    resolution_tiers: Names = Field(
        (),
        title="Resolution tiers",
        description="Only these resolution tiers, by their exact names; all when left out.",
    )


def grain_field(default: Grain) -> Any:
    """The parameter `grain` of a report with charts over time."""
    return Field(
        default,
        title="Grain of the charts",
        description="What one bar or point covers: a local day, an ISO week or a month. "
        "`auto` takes days up to a month, weeks up to half a year, months beyond.",
    )


class SelectionOverTime(SceneSelection):
    """The same, with charts over time."""

    grain: Grain = grain_field(Grain.AUTO)
