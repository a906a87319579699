"""Headline figures beside the period before."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import lcm

from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.rounding import quotient
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
    no such figure. `grows`: it adds up over the period, so that less than in a whole period is
    what a part of one is expected to have, and neither good nor bad. Nor is a movement that does
    not show in a tenth of a percent. A figure in percent moves by points: a percentage of a
    percentage would be taken for them.
    """
    direction, change, verdict = compare(_exact(value), _exact(previous), more_is=more_is)
    points = None
    if unit == "%" and value is not None and previous is not None:
        change, points = None, quotient(value - previous, divisor, 1)
    if grows and stage is not Stage.ENDED and direction is Direction.DOWN:
        verdict = Verdict.NEUTRAL
    if 0 in (change, points):
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
        change_points=points,
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


def _exact(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)
