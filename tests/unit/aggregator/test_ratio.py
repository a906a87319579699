"""Headline figures that are one count over another."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.ratio import ratio_kpi
from shared.document import Direction, Verdict

COUNTS = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))


@given(COUNTS, COUNTS)
def test_exact_figures_are_compared_and_not_rounded_ones(
    now: tuple[int, int], before: tuple[int, int]
) -> None:
    found = ratio_kpi(
        *("x", "X", now, before), unit="%", places=1, stage=Stage.RUNNING, more_is=Verdict.BAD
    )
    exact = [Fraction(*counts) if counts[1] else None for counts in (now, before)]
    rounded = [None if f is None else Decimal(round(f * 10)).scaleb(-1) for f in exact]
    assert [found.value, found.previous] == rounded
    if exact[0] is None or exact[1] is None:
        assert found.direction is Direction.UNKNOWN
    elif exact[0] == exact[1]:
        assert found.direction is Direction.FLAT
    else:
        up = exact[0] > exact[1]
        assert found.direction is (Direction.UP if up else Direction.DOWN)
        # A part of a period may be judged by a whole one: a ratio does not add up. But what does
        # not show in a tenth of a point is neither good nor bad.
        verdict = Verdict.BAD if up else Verdict.GOOD
        assert found.change_percent is None
        assert found.change_points == Decimal(round((exact[0] - exact[1]) * 10)).scaleb(-1)
        assert found.verdict is (Verdict.NEUTRAL if found.change_points == 0 else verdict)
