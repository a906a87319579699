"""Whether the slices of a burst add up to the whole report. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.aggregator.scope.parts import Counting, Part
from shared.bursts import MOST_TOLD, Sums, WithoutRecipient
from shared.document import ReportDocument
from shared.errors import PermanentError


class Ledger:
    """What the source counts, part by part, and which slices have it."""

    def __init__(self, counting: Counting, parts: Sequence[Part]) -> None:
        self._counting = counting
        self._parts = parts
        self._slices = [0] * len(parts)
        """How many slices have each part."""

    @property
    def whole(self) -> int:
        """What the source counts in all."""
        return sum(part.counted for part in self._parts)

    def add(self, parameters: Mapping[str, Any]) -> int:
        """A slice with these parameters; returns what it has to have."""
        counted = 0
        for index, part in enumerate(self._parts):
            if part.lies_in(parameters):
                self._slices[index] += 1
                counted += part.counted
        return counted

    def ensure_shown(self, document: ReportDocument, counted: int, whose: str) -> None:
        """PermanentError where the document shows another figure than the source counts.

        Nobody can tell which of the two is right, and which other slices are wrong too: so the
        run fails, and nobody is sent anything.
        """
        figure = self._counting.figure
        shown = next((kpi.value for kpi in document.kpis if kpi.name == figure), None)
        expected = self._counting.shown(counted)
        if (shown or 0) != (expected or 0):
            raise PermanentError(
                "slices_do_not_add_up",
                f"{whose} shows {figure} as {shown}, and its parts come to {expected}: nothing "
                "was sent; this is a fault of the report type or of the source's views",
            )

    def sums(self) -> Sums:
        """How the slices that were added come to the whole."""
        pairs = list(zip(self._parts, self._slices, strict=True))
        return Sums(
            figure=self._counting.figure,
            counted=self._counting.counted,
            whole=self.whole,
            slices=sum(part.counted * times for part, times in pairs),
            in_several=sum(part.counted * (times - 1) for part, times in pairs if times > 1),
            in_none=sum(part.counted for part, times in pairs if not times),
        )

    def without_recipient(self) -> tuple[tuple[WithoutRecipient, ...], int]:
        """Values that no slice has, the largest first, and how many are not named."""
        pairs = zip(self._parts, self._slices, strict=True)
        left = [part for part, times in pairs if not times and part.counted]
        left.sort(key=lambda part: (-part.counted, [str(value) for value in part.values.values()]))
        named = tuple(
            WithoutRecipient(values=dict(part.values), counted=part.counted)
            for part in left[:MOST_TOLD]
        )
        return named, len(left) - len(named)
