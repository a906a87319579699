"""What a figure, a row or a mark of a report is of, so that it can be opened by itself.

A reader is told, not left to guess, which parameter a column's names belong to and which days a
bar stands for. Asking for the report anew with that in place of its own gives the part alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

PERIOD = "period"
"""What a column of days narrows down, where the names of others narrow a parameter down."""


class Narrowing(BaseModel):
    """A part of what a report covers. What it leaves out stays as in the report that has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parameters: dict[str, tuple[str, ...]] = {}
    """Names, by the parameter that lists them."""
    first_day: date | None = None
    """Of the part of the period that it is; with `last_day`, or neither."""
    last_day: date | None = None
    report_type: str | None = None
    """Another report type that lists what the figure counts; None: the same one."""

    @model_validator(mode="after")
    def _whole_period(self) -> Self:
        if (self.first_day is None) != (self.last_day is None):
            raise ValueError("a part of a period has two days, the first and the last")
        return self


Marks = dict[str, dict[str, Narrowing]]
"""By a field of a chart's data and one of its values: what a mark with that value is of. A mark
with several such values is of what they say together; one with none stands for no part."""


def to_names(parameter: str, names: Mapping[str, str]) -> dict[str, Narrowing]:
    """By what people read: the part that has that name; `names` says what the source calls it."""
    return {said: Narrowing(parameters={parameter: (name,)}) for said, name in names.items()}
