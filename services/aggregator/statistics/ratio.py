"""Headline figures that are one count over another: a share, a mean, a density."""

from __future__ import annotations

from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.headline import kpi
from shared.document import Kpi, Verdict


def ratio_kpi(
    name: str,
    title: str,
    now: tuple[int, int],
    before: tuple[int, int],
    *,
    unit: str,
    places: int,
    stage: Stage,
    more_is: Verdict = Verdict.NEUTRAL,
) -> Kpi:
    """`now` and `before`: the part and the whole; over a whole of zero there is no figure.

    It does not add up over a period, so part of one may well be compared with a whole one.
    """
    (part, whole), (part_before, whole_before) = now, before
    # On a common denominator, so that exact figures are compared and not rounded ones.
    return kpi(
        name,
        title,
        part * (whole_before or 1) if whole else None,
        part_before * (whole or 1) if whole_before else None,
        divisor=(whole or 1) * (whole_before or 1),
        places=places,
        unit=unit,
        stage=stage,
        more_is=more_is,
        grows=False,
    )
