"""How a figure moved against an earlier one, in words."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal

from services.aggregator.statistics.headline import change_percent
from services.aggregator.wording.messages import say
from services.aggregator.wording.numbers import percent
from shared import localized
from shared.document import Direction, Verdict, compare


def moved(value: Fraction, previous: Fraction, of: Literal["length", "amount"]) -> str:
    """For instance "12% longer than" or, where nothing changed, "as long as"; "after none" from
    zero. `of`: what is measured, a length of time or an amount."""
    if value == previous:
        return say("moved", moved="flat", of=of, amount="")
    change = change_percent(value, previous)
    if change is None:
        return say("moved", moved="after-none", of=of, amount="")
    amount = percent(abs(change)) if change else say("less-than-a-tenth")
    return say("moved", moved="up" if value > previous else "down", of=of, amount=amount)


def against(value: int, previous: int) -> str:
    """For instance "12% more than", "as many as" or "after none"."""
    direction, change, _ = compare(Decimal(value), Decimal(previous), more_is=Verdict.GOOD)
    if change is None:
        return say("against", moved="after-none", amount="")
    if direction is Direction.FLAT:
        return say("against", moved="flat", amount="")
    amount = percent(abs(change)) if change else localized.number(f"{abs(value - previous):,}")
    return say("against", moved="up" if direction is Direction.UP else "down", amount=amount)
