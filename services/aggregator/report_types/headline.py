"""Headline figures beside the period before, and the words for how they moved."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import lcm

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


def kpi_of_fractions(
    name: str,
    title: str,
    value: Fraction | None,
    previous: Fraction | None,
    *,
    unit: str,
    stage: Stage,
    places: int,
    more_is: Verdict = Verdict.NEUTRAL,
    grows: bool = False,
) -> Kpi:
    """The same for a figure that is not whole, such as a mean; most of those do not add up."""
    now, before, divisor = _on_one_denominator(value, previous)
    return kpi(
        name, title, now, before,
        unit=unit, stage=stage, divisor=divisor, places=places, more_is=more_is, grows=grows,
    )  # fmt: skip


def change_percent(value: Fraction | None, previous: Fraction | None) -> Decimal | None:
    """Against the previous figure, times 100, to one decimal place; None where there is none."""
    now, before, _ = _on_one_denominator(value, previous)
    return compare(_exact(now), _exact(before), more_is=Verdict.NEUTRAL)[1]


def _on_one_denominator(
    value: Fraction | None, previous: Fraction | None
) -> tuple[int | None, int | None, int]:
    divisor = lcm(*(figure.denominator for figure in (value, previous) if figure is not None))
    return (
        None if value is None else int(value * divisor),
        None if previous is None else int(previous * divisor),
        divisor,
    )


def moved(value: Fraction, previous: Fraction, *, more: str, less: str, same: str) -> str:
    """For instance "12% longer than" or, where nothing changed, `same`; "after none" from zero."""
    if value == previous:
        return same
    change = change_percent(value, previous)
    if change is None:
        return "after none"
    amount = percent(abs(change)) if change else "less than 0.1%"
    return f"{amount} {more if value > previous else less} than"


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
