"""Shares and lengths of time as a sentence says them."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from services.aggregator.wording.messages import say
from shared import localized


def percent(value: Decimal) -> str:
    """With one decimal place, or none where that is zero: "12%", "12.5%"."""
    tenths = value.quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    whole = tenths.to_integral_value()
    return localized.share(f"{whole:,f}" if tenths == whole else f"{tenths:,f}")


def decimal(value: Decimal) -> str:
    """With all of its decimal places and no other marks: "9.3"."""
    return localized.number(str(value))


def lasting(milliseconds: int) -> str:
    """For instance "34 minutes", "6.2 hours" or, from two days on, "9.3 days"."""
    minutes = Decimal(milliseconds) / 60_000
    if minutes < 60:
        return _measured(minutes, "minutes", places=0)
    if minutes < 48 * 60:
        return _measured(minutes / 60, "hours", places=1)
    return _measured(minutes / (24 * 60), "days", places=1)


def _measured(value: Decimal, unit: str, *, places: int) -> str:
    text = f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN):,f}".removesuffix(".0")
    return say(unit, amount=localized.number(text), number=1 if text == "1" else 2)
