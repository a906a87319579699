"""By what a report about characters is broken down."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from services.aggregator.wording.messages import say
from shared.document import Column, Kind
from shared.plain_words import plain_words

ENOUGH = 5
"""Fewer characters than these in either period are compared in tables, but in no sentence."""


class Dimension(StrEnum):
    """The column of the source that has it."""

    SCENE_TYPE = "scene_type"
    RESOLUTION_TIER = "resolution_tier"
    PROJECT = "project"

    @property
    def column(self) -> Column:
        """The column of a table that names them."""
        return Column(
            name=self.value,
            title=say("dimension-title", dimension=self),
            kind=Kind.TEXT,
            coded=self.coded,
            narrows=self.parameter,
        )

    @property
    def parameter(self) -> str:
        """The parameter that lists them (`SceneSelection`)."""
        return f"{self.value}s"

    @property
    def coded(self) -> bool:
        """Whether the source names them by codes; projects have names that people gave them."""
        return self is not Dimension.PROJECT

    def words(self, name: str) -> str:
        """How a sentence says one of them."""
        return plain_words(name) if self.coded else name


# GROUPING(position, project, scene_type, resolution_tier) in binary: a 1 for each that a row is
# not grouped by. Rows of all of them are grouped by the period as well.
GROUPED_BY: Mapping[int, Dimension | str] = {
    0b1111: "whole",
    0b0111: "position",
    0b1011: Dimension.PROJECT,
    0b1101: Dimension.SCENE_TYPE,
    0b1110: Dimension.RESOLUTION_TIER,
}


def grouped_by(row: Mapping[str, Any]) -> Dimension | str:
    """What a row with `grouping` stands for: one of a dimension, a "position" or the "whole"."""
    return GROUPED_BY[row["grouping"]]
