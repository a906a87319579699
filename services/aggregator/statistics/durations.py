"""How long things took: mean, median and 90th percentile of whole milliseconds, exactly.

The quantile is that of SQL's `percentile_cont`: with the n durations sorted and numbered from 0,
quantile q stands at q × (n - 1), interpolated linearly between its two neighbours (Hyndman & Fan,
"Sample Quantiles in Statistical Packages", 1996, definition 7). A source answers with the
neighbours; the interpolation is done here, in fractions: `percentile_cont` itself reckons in
binary floating point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from services.aggregator.statistics.rounding import rounded

HOUR = 3_600_000
DAY = 24 * HOUR
"""Milliseconds. A day of elapsed time has 24 hours, whatever the clocks do."""

# Of `sorted`, an ascending bigint[], and `number`, its length: integer division finds the
# neighbours exactly.
NEIGHBOURS = """
       sorted[1 + (number - 1) / 2] AS median_below,
       sorted[1 + number / 2] AS median_above,
       sorted[1 + 9 * (number - 1) / 10] AS p90_below,
       sorted[1 + (9 * (number - 1) + 9) / 10] AS p90_above
"""


@dataclass(frozen=True)
class Spread:
    """Of at least one duration; all but the count in milliseconds."""

    count: int
    mean: Fraction
    median: Fraction
    p90: Fraction

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Spread:
        """From a row with `number`, `total` and the four `NEIGHBOURS`."""
        number = row["number"]
        return cls(
            count=number,
            mean=Fraction(row["total"], number),
            median=_between(row["median_below"], row["median_above"], Fraction(number - 1, 2)),
            p90=_between(row["p90_below"], row["p90_above"], Fraction(9 * (number - 1), 10)),
        )


def _between(below: int, above: int, position: Fraction) -> Fraction:
    return below + (above - below) * (position - position // 1)


def days(milliseconds: Fraction | int, places: int = 1) -> Decimal:
    """Rounded once, halves to even."""
    return rounded(Fraction(milliseconds) / DAY, places)


def hours(milliseconds: Fraction | int, places: int = 1) -> Decimal:
    """Rounded once, halves to even."""
    return rounded(Fraction(milliseconds) / HOUR, places)
