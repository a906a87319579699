"""Headline figures beside the period before, and the words for how they moved."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from services.aggregator.report_types.progress import Stage
from services.aggregator.report_types.wording import percent
from shared.document import Direction, Kpi, Verdict, compare


def kpi(
    name: str,
    title: str,
    value: int | None,
    previous: int | None,
    *,
    unit: str,
    stage: Stage,
    divisor: int = 1,
    places: int = 0,
    more_is: Verdict = Verdict.NEUTRAL,
    grows: bool = True,
) -> Kpi:
    """One figure; `value` and `previous` are exact, over a common `divisor`.

    Compared before they are divided: quotients would be rounded before they are. None: there is
    no such figure. `grows`: it adds up over the period, so that less than a whole period is what
    half a period is expected to have, and nothing bad.
    """
    direction, change, verdict = compare(_exact(value), _exact(previous), more_is=more_is)
    if grows and stage is not Stage.ENDED and verdict is Verdict.BAD:
        verdict = Verdict.NEUTRAL
    return Kpi(
        name=name,
        title=title,
        value=quotient(value, divisor, places),
        previous=quotient(previous, divisor, places),
        unit=unit,
        places=places,
        direction=direction,
        change_percent=change,
        verdict=verdict,
    )


def _exact(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def quotient(value: int | None, divisor: int, places: int) -> Decimal | None:
    """To so many decimal places, halves to even; None of None."""
    if value is None:
        return None
    return (Decimal(value) / divisor).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)


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
