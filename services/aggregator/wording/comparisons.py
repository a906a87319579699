"""How a figure moved against an earlier one, in words."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from services.aggregator.statistics.headline import change_percent
from services.aggregator.wording.numbers import percent
from shared.document import Direction, Verdict, compare


def moved(value: Fraction, previous: Fraction, *, more: str, less: str, same: str) -> str:
    """For instance "12% longer than" or, where nothing changed, `same`; "after none" from zero."""
    if value == previous:
        return same
    change = change_percent(value, previous)
    if change is None:
        return "after none"
    amount = percent(abs(change)) if change else "less than 0.1%"
    return f"{amount} {more if value > previous else less} than"


def against(value: int, previous: int) -> str:
    """For instance "12% more than", "as many as" or "after none"."""
    direction, change, _ = compare(Decimal(value), Decimal(previous), more_is=Verdict.GOOD)
    if change is None:
        return "after none"
    if direction is Direction.FLAT:
        return "as many as"
    word = "more" if direction is Direction.UP else "fewer"
    amount = percent(abs(change)) if change else f"{abs(value - previous):,}"
    return f"{amount} {word} than"
