"""Confidence intervals: those that were published, and what any must keep."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.statistics.intervals import Share, difference, quantile, wilson

shares = st.integers(1, 2000).flatmap(
    lambda whole: st.builds(Share, st.integers(0, whole), st.just(whole))
)

PUBLISHED = {
    # Newcombe (1998), table II, method 10: the first share less the second.
    (56, 70, 48, 80): ("0.0524", "0.3339"),
    (9, 10, 3, 10): ("0.1705", "0.8090"),
    (6, 7, 2, 7): ("0.0582", "0.8062"),
    (5, 56, 0, 29): ("-0.0381", "0.1926"),
    (0, 10, 0, 20): ("-0.1611", "0.2775"),
    (0, 10, 0, 10): ("-0.2775", "0.2775"),
    (10, 10, 0, 20): ("0.6791", "1.0000"),
    (10, 10, 0, 10): ("0.6075", "1.0000"),
}


@pytest.mark.parametrize(("counts", "interval"), PUBLISHED.items())
def test_published_intervals(counts: tuple[int, int, int, int], interval: tuple[str, str]) -> None:
    found = difference(Share(*counts[2:]), Share(*counts[:2]))
    assert found is not None
    rounded = tuple(str(end.quantize(Decimal("0.0001"))) for end in (found.low, found.high))
    assert rounded == interval


def test_quantiles_of_the_tables() -> None:
    assert quantile() == Decimal("1.959963985")
    assert quantile(Decimal("0.99")) == Decimal("2.575829304")
    # Five comparisons at 95% together are each at 99%.
    assert quantile(comparisons=5) == quantile(Decimal("0.99"))


def test_nothing_is_said_of_nothing() -> None:
    assert difference(Share(0, 0), Share(1, 2)) is None
    assert difference(Share(1, 2), Share(0, 0)) is None


@pytest.mark.parametrize(
    ("before", "after", "clear"),
    [
        (Share(50, 100), Share(60, 100), False),
        (Share(500, 1000), Share(600, 1000), True),
        (Share(0, 3), Share(3, 3), True),
        (Share(0, 1), Share(1, 1), False),
        (Share(940, 1000), Share(940, 1000), False),
    ],
)
def test_ten_points_of_few_checks_are_noise_and_of_many_are_not(
    before: Share, after: Share, clear: bool
) -> None:
    found = difference(before, after)
    assert found is not None
    assert found.clear is clear


@given(shares)
def test_bounds_are_as_many_deviations_away_as_asked_for(share: Share) -> None:
    """Wilson's bounds solve (p - t)^2 = z^2 t (1 - t) / n."""
    z = quantile()
    p, n = share.part / share.whole, share.whole
    for bound in map(float, wilson(share, z)):
        assert math.isclose(
            (p - bound) ** 2, float(z) ** 2 * bound * (1 - bound) / n, rel_tol=1e-6, abs_tol=1e-12
        )


@given(shares, shares)
def test_an_interval_holds_the_difference_and_turns_round_with_it(
    before: Share, after: Share
) -> None:
    there, back = difference(before, after), difference(after, before)
    assert there is not None
    assert back is not None
    assert -1 <= there.low <= there.value <= there.high <= 1
    assert abs(there.low + back.high) < Decimal("1e-25")
    assert abs(there.high + back.low) < Decimal("1e-25")
    assert there.clear is back.clear


@given(shares, shares, st.integers(2, 30))
def test_more_comparisons_make_it_wider(before: Share, after: Share, comparisons: int) -> None:
    alone = difference(before, after)
    among = difference(before, after, quantile(comparisons=comparisons))
    assert alone is not None
    assert among is not None
    assert among.low <= alone.low
    assert among.high >= alone.high
