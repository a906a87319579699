"""Quantiles are exact, and those that SQL's percentile_cont means."""

from __future__ import annotations

import re
import statistics
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.statistics.durations import DAY, HOUR, NEIGHBOURS, Spread, days, hours

durations = st.lists(st.integers(0, 10**13), min_size=1, max_size=60)


def row(values: list[int]) -> dict[str, Any]:
    """What a source answers: the SQL of `NEIGHBOURS`, evaluated with its integer arithmetic."""
    numbered = {"number": len(values), "sorted": [None, *sorted(values)]}
    found = {
        name: eval(expression.replace("/", "//"), {}, numbered)
        for expression, name in re.findall(r"(sorted\[.*?\]) AS (\w+)", NEIGHBOURS)
    }
    return {"number": len(values), "total": sum(values), **found}


def spread(*values: int) -> Spread:
    return Spread.of(row(list(values)))


def test_a_single_duration_is_its_own_mean_median_and_percentile() -> None:
    assert spread(7) == Spread(1, Fraction(7), Fraction(7), Fraction(7))


def test_between_two_durations_the_quantile_is_interpolated() -> None:
    assert spread(10, 20) == Spread(2, Fraction(15), Fraction(15), Fraction(19))


def test_eleven_durations_have_their_percentile_on_the_tenth() -> None:
    found = spread(*range(0, 1100, 100))
    assert (found.median, found.p90) == (Fraction(500), Fraction(900))


def test_a_third_of_a_millisecond_is_not_lost() -> None:
    assert spread(0, 0, 1).mean == Fraction(1, 3)


@given(durations)
def test_quantiles_are_those_of_the_inclusive_method(values: list[int]) -> None:
    found = Spread.of(row(values))
    if len(values) > 1:
        # The standard library's inclusive method is the same definition, in floating point.
        nine_tenths = statistics.quantiles(values, n=10, method="inclusive")[8]
        assert float(found.p90) == pytest.approx(nine_tenths, rel=1e-12)
    assert found.median == statistics.median([Fraction(value) for value in values])
    assert found.mean == statistics.mean([Fraction(value) for value in values])


@given(durations, st.integers(0, 10**13))
def test_quantiles_lie_in_order_and_within_the_durations(values: list[int], more: int) -> None:
    found = Spread.of(row(values))
    assert min(values) <= found.median <= found.p90 <= max(values)
    # A slower one more makes none of them faster.
    slower = Spread.of(row([*values, max(values) + more]))
    assert slower.median >= found.median
    assert slower.p90 >= found.p90


@given(durations, st.integers(0, 10**13))
def test_a_shift_of_all_shifts_each_figure(values: list[int], shift: int) -> None:
    here, there = Spread.of(row(values)), Spread.of(row([value + shift for value in values]))
    assert (there.mean, there.median, there.p90) == (
        here.mean + shift,
        here.median + shift,
        here.p90 + shift,
    )


def test_days_and_hours_are_rounded_once_halves_to_even() -> None:
    assert str(days(DAY * Fraction(5, 100))) == "0.0"
    assert str(days(DAY * Fraction(15, 100))) == "0.2"
    assert str(hours(HOUR + 1, 2)) == "1.00"
    assert str(days(Fraction(1, 3) * DAY, 4)) == "0.3333"
