"""How far a share, or the difference of two shares, can be relied upon.

A share of few checks moves by chance. Each comes with a confidence interval; a difference is
called one only where its interval leaves out zero. All in decimals of 40 digits, so that the
same counts give the same digits on every machine.

Wilson, "Probable inference, the law of succession, and statistical inference" (1927); Newcombe,
"Interval estimation for the difference between independent proportions", Statistics in Medicine
17 (1998), method 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from statistics import NormalDist

_DIGITS = 40
LEVEL = Decimal("0.95")
"""How often such intervals hold the true value."""


@dataclass(frozen=True)
class Share:
    """`part` of `whole`, both counts."""

    part: int
    whole: int

    @property
    def value(self) -> Decimal:
        """From 0 to 1; ZeroDivisionError of nothing."""
        if self.whole == 0:
            raise ZeroDivisionError("a share of nothing")
        return Decimal(self.part) / self.whole


@dataclass(frozen=True)
class Difference:
    """By how much one share exceeds another: as counted, and the interval of the true one."""

    value: Decimal
    low: Decimal
    high: Decimal

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def quantile(level: Decimal = LEVEL, *, comparisons: int = 1) -> Decimal:
    """How many standard deviations each side of the middle hold `level` of a normal law.

    With several `comparisons` the level is of all of them together (Bonferroni): else one of
    twenty that compare nothing but noise would show a difference.
    """
    tail = (1 - float(level)) / (2 * comparisons)
    # Nine decimals: so many agree, whatever mathematical library the machine has.
    return Decimal(f"{NormalDist().inv_cdf(1 - tail):.9f}")


def wilson(share: Share, z: Decimal) -> tuple[Decimal, Decimal]:
    """The interval of one share, from 0 to 1."""
    with localcontext(prec=_DIGITS):
        n, p, square = Decimal(share.whole), share.value, z * z
        middle = (p + square / (2 * n)) / (1 + square / n)
        reach = z / (1 + square / n) * (p * (1 - p) / n + square / (4 * n * n)).sqrt()
        # At the edges the root is of a square, and exact but for the last digit.
        low = Decimal(0) if share.part == 0 else middle - reach
        high = Decimal(1) if share.part == share.whole else middle + reach
        return low, high


def difference(before: Share, after: Share, z: Decimal | None = None) -> Difference | None:
    """`after` less `before`; None when one of them is of nothing. `z` as of `quantile()`."""
    if before.whole == 0 or after.whole == 0:
        return None
    z = quantile() if z is None else z
    with localcontext(prec=_DIGITS):
        (low_1, high_1), (low_2, high_2) = wilson(before, z), wilson(after, z)
        p_1, p_2 = before.value, after.value
        found = p_2 - p_1
        below = ((p_2 - low_2) ** 2 + (high_1 - p_1) ** 2).sqrt()
        above = ((high_2 - p_2) ** 2 + (p_1 - low_1) ** 2).sqrt()
        return Difference(found, found - below, found + above)
