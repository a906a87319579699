"""From exact figures to printed ones: rounded once, at the end, halves to even."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction


def percentage(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` times 100, to one decimal place; None when the whole is zero."""
    if whole == 0:
        return None
    # Multiplied first: the quotient is then rounded once, from the exact figure.
    return (Decimal(part * 100) / whole).quantize(Decimal("0.1"), ROUND_HALF_EVEN)


def rounded(value: Fraction, places: int) -> Decimal:
    """To so many decimal places, halves to even, from the exact figure."""
    return Decimal(round(value * 10**places)).scaleb(-places)


def quotient(value: int | None, divisor: int, places: int) -> Decimal | None:
    """To so many decimal places, halves to even; None of None."""
    if value is None:
        return None
    return (Decimal(value) / divisor).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
