"""Buckets: every day of a period in exactly one, cut where the calendar says."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.scope.grain import MOST_BUCKETS, Grain, buckets, grain_for
from shared.periods import MAX_DAYS, Period

firsts = st.dates(date(1970, 1, 1), date(2100, 1, 1))
lengths = st.integers(1, MAX_DAYS)
grains = st.sampled_from([Grain.DAY, Grain.WEEK, Grain.MONTH])


def period(first: date, days: int) -> Period:
    return Period(first_day=first, last_day=first + timedelta(days=days - 1), timezone="UTC")


@given(firsts, st.integers(1, 800), grains)
def test_every_day_lies_in_one_bucket(first: date, days: int, grain: Grain) -> None:
    whole = period(first, days)
    found = buckets(whole, grain)
    assert found[0].first_day == whole.first_day
    assert found[-1].last_day == whole.last_day
    for one, following in pairwise(found):
        assert one.last_day + timedelta(days=1) == following.first_day
        assert one.key < following.key
    assert sum(bucket.days for bucket in found) == days
    assert len({bucket.words for bucket in found}) == len(found)


@given(firsts, st.integers(1, 800), grains)
def test_only_the_outer_buckets_can_be_cut(first: date, days: int, grain: Grain) -> None:
    found = buckets(period(first, days), grain)
    for bucket in found[1:-1]:
        assert not bucket.cut
    for bucket in found:
        if grain is Grain.DAY:
            assert not bucket.cut
        elif grain is Grain.WEEK:
            assert bucket.cut == (bucket.days < 7)
        else:
            assert bucket.cut == (
                bucket.days < 28 or not whole_month(bucket.first_day, bucket.days)
            )


def whole_month(first: date, days: int) -> bool:
    return first.day == 1 and (first + timedelta(days=days)).day == 1


@given(firsts, lengths, st.sampled_from(Grain))
def test_there_are_never_more_buckets_than_can_be_drawn(
    first: date, days: int, choice: Grain
) -> None:
    grain = grain_for(choice, days)
    assert grain is not Grain.AUTO
    assert len(buckets(period(first, days), grain)) <= MOST_BUCKETS


@pytest.mark.parametrize(
    ("days", "grain"),
    [(1, Grain.DAY), (31, Grain.DAY), (32, Grain.WEEK), (182, Grain.WEEK), (183, Grain.MONTH)],
)
def test_auto_goes_by_the_length(days: int, grain: Grain) -> None:
    assert grain_for(Grain.AUTO, days) is grain


@pytest.mark.parametrize("grain", [Grain.DAY, Grain.WEEK, Grain.MONTH])
def test_a_choice_that_can_be_drawn_is_kept(grain: Grain) -> None:
    assert grain_for(grain, 400) is grain


def test_the_week_of_new_year_belongs_to_the_year_of_its_thursday() -> None:
    (week,) = buckets(period(date(2025, 12, 29), 7), Grain.WEEK)
    assert week.key == "2026-W01"
    assert week.words == "week 1 (29 December 2025 – 4 January 2026)"
    assert not week.cut


def test_february_of_a_leap_year_is_whole_with_29_days() -> None:
    (february,) = buckets(period(date(2024, 2, 1), 29), Grain.MONTH)
    assert (february.cut, february.words) == (False, "February 2024")
    (short,) = buckets(period(date(2024, 2, 1), 28), Grain.MONTH)
    assert (short.cut, short.words) == (True, "1–28 February 2024")


def test_auto_is_no_grain_to_cut_by() -> None:
    with pytest.raises(ValueError, match="choose the grain first"):
        buckets(period(date(2026, 1, 1), 3), Grain.AUTO)
