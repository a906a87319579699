"""Which days are "the same a year before"."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.report_types.delivery_summary.year_before import year_before
from shared.periods import Period


def period(first: str, last: str) -> Period:
    return Period(
        first_day=date.fromisoformat(first), last_day=date.fromisoformat(last), timezone="UTC"
    )


@pytest.mark.parametrize(
    ("asked", "earlier"),
    [
        (("2026-10-01", "2026-10-31"), ("2025-10-01", "2025-10-31")),
        (("2026-10-07", "2026-10-07"), ("2025-10-07", "2025-10-07")),
        (("2025-12-22", "2026-01-04"), ("2024-12-22", "2025-01-04")),
        # February is February, whichever year is the longer.
        (("2024-02-01", "2024-02-29"), ("2023-02-01", "2023-02-28")),
        (("2025-02-01", "2025-02-28"), ("2024-02-01", "2024-02-29")),
        (("2025-01-01", "2025-02-28"), ("2024-01-01", "2024-02-29")),
        # Not whole months: the same dates.
        (("2025-02-02", "2025-02-28"), ("2024-02-02", "2024-02-28")),
        (("2024-02-29", "2024-02-29"), ("2023-02-28", "2023-02-28")),
        (("2024-02-29", "2024-03-31"), ("2023-02-28", "2023-03-31")),
        # A leap year is a day longer than the year before it, which the 366 days before are not.
        (("2024-01-01", "2024-12-31"), ("2023-01-01", "2023-12-31")),
    ],
)
def test_the_same_dates(asked: tuple[str, str], earlier: tuple[str, str]) -> None:
    assert year_before(period(*asked)) == period(*earlier)


@pytest.mark.parametrize(
    "asked",
    [
        ("2026-01-01", "2026-12-31"),  # the year before is the period just before
        ("2025-06-01", "2026-06-30"),  # the two overlap
        ("2024-01-01", "2026-12-31"),
    ],
)
def test_where_it_is_no_comparison_of_its_own_there_is_none(asked: tuple[str, str]) -> None:
    assert year_before(period(*asked)) is None


@given(st.dates(date(1971, 1, 1), date(2190, 1, 1)), st.integers(0, 500))
def test_it_ends_before_the_period_begins_and_is_as_long_to_a_day(first: date, days: int) -> None:
    asked = Period(first_day=first, last_day=first + timedelta(days=days), timezone="UTC")
    earlier = year_before(asked)
    if earlier is None:
        assert asked.days >= 365
        return
    assert earlier.last_day < asked.first_day
    assert abs(earlier.days - asked.days) <= 1
    assert earlier != asked.previous
    assert 364 <= (asked.first_day - earlier.first_day).days <= 366
