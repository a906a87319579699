"""What may be said of two shares: how they differ, and whether that is more than noise."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from services.aggregator.report_types.quality_metrics.messages import say
from services.aggregator.statistics.intervals import Difference, Share, difference, quantile
from services.aggregator.statistics.rounding import percentage
from services.aggregator.wording.numbers import percent
from shared import localized


class Reading(StrEnum):
    """What a difference means."""

    BETTER = "better"
    WORSE = "worse"
    UNCLEAR = "unclear"
    """The interval holds zero: it may be noise."""
    UNKNOWN = "no-comparison"

    @property
    def words(self) -> str:
        """As a table says it."""
        return say("reading", reading=self)


@dataclass(frozen=True)
class Comparison:
    """One share before and after."""

    before: Share
    after: Share
    difference: Difference | None
    """None where one of them is of no checks at all."""
    more_is_better: bool

    @property
    def clear(self) -> bool:
        """Whether there is a difference that is more than noise."""
        return self.difference is not None and self.difference.clear

    @property
    def reading(self) -> Reading:
        """What it means; better or worse only where the interval leaves out zero."""
        if self.difference is None:
            return Reading.UNKNOWN
        if not self.difference.clear:
            return Reading.UNCLEAR
        return Reading.BETTER if (self.difference.low > 0) is self.more_is_better else Reading.WORSE


def compared(
    before: Share, after: Share, *, more_is_better: bool = True, comparisons: int = 1
) -> Comparison:
    """`comparisons`: of how many that are looked at together this is one."""
    z = quantile(comparisons=max(1, comparisons))
    return Comparison(before, after, difference(before, after, z), more_is_better)


def share_words(share: Share) -> str:
    """For instance "93.5%"; of nothing, "none"."""
    found = percentage(share.part, share.whole)
    return say("none") if found is None else percent(found)


def points(value: Decimal, places: int = 1) -> str:
    """Of a hundred, with its sign: "+5.8", "−0.4", "0.0"."""
    rounded = (value * 100).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return sign + localized.number(f"{abs(rounded):f}")


def interval_words(found: Difference) -> str:
    """For instance "+3.6 to +8.0": with as many decimals as it takes to see where zero lies."""
    for places in (1, 2, 3):
        low, high = points(found.low, places), points(found.high, places)
        if not found.clear or (low[0] in "+−" and high[0] in "+−"):
            break
    return say("interval", low=low, high=high)
