"""Figures and days in words."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.statistics import rounding
from services.aggregator.wording import moments, numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12", "12%"),
        ("12.0", "12%"),
        ("12.5", "12.5%"),
        ("0.04", "0%"),
        ("1234.56", "1,234.6%"),
        ("100", "100%"),
    ],
)
def test_percentages_show_a_decimal_place_where_there_is_one(value: str, text: str) -> None:
    assert numbers.percent(Decimal(value)) == text


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_share_is_rounded_once(part: int, whole: int) -> None:
    share = rounding.percentage(part, whole)
    assert share is not None
    assert Fraction(share) == Fraction(round(Fraction(1000 * part, whole)), 10)


def test_there_is_no_share_of_nothing() -> None:
    assert rounding.percentage(0, 0) is None


def test_a_moment_is_told_by_the_local_clock() -> None:
    at = datetime(2026, 10, 31, 23, 5, tzinfo=UTC)
    assert moments.moment(at, "Europe/Berlin") == "1 November 2026, 00:05"


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (0, "0 minutes"),
        (29_999, "0 minutes"),
        (60_000, "1 minute"),
        (34 * 60_000, "34 minutes"),
        (3_600_000, "1 hour"),
        (22_320_000, "6.2 hours"),
        (171_000_000, "47.5 hours"),
        (172_800_000, "2 days"),
        (803_520_000, "9.3 days"),
    ],
)
def test_how_long_something_lasts(milliseconds: int, words: str) -> None:
    assert numbers.lasting(milliseconds) == words
