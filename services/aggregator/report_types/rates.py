"""Headline figures that are one count per another: shares and means, compared exactly."""

from __future__ import annotations

from services.aggregator.report_types.headline import kpi
from services.aggregator.report_types.progress import Stage
from shared.document import Kpi, Verdict


def rate_kpi(
    name: str,
    title: str,
    now: tuple[int, int],
    before: tuple[int, int],
    *,
    unit: str,
    stage: Stage,
    places: int,
    times: int = 1,
    more_is: Verdict = Verdict.NEUTRAL,
) -> Kpi:
    """`now` and `before` are counts over counts; over zero there is no figure.

    `times` 100 makes a percentage. Rounded for display alone: both are compared over a common
    denominator.
    """
    (above, below), (above_before, below_before) = now, before
    return kpi(
        name,
        title,
        above * times * (below_before or 1) if below else None,
        above_before * times * (below or 1) if below_before else None,
        unit=unit,
        stage=stage,
        divisor=(below or 1) * (below_before or 1),
        places=places,
        more_is=more_is,
        grows=False,
    )
