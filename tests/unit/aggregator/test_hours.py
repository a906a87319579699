"""Hours of the local clock: every instant in one, and the time of spans split without a loss."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.report_types.gpu_utilization.hours import covered, local_hours, steps_of
from shared.periods import Period

ODD_ZONES = (
    "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe",
    "America/Havana", "Pacific/Apia", "America/Caracas", "Africa/Casablanca", "UTC",
)  # fmt: skip


def day_in(timezone: str, day: date) -> Counter[int]:
    """How many stretches of that day show each hour."""
    period = Period(first_day=day, last_day=day, timezone=timezone)
    hours = local_hours(period.starts_at, period.ends_at, timezone)
    return Counter(hour.hour for hour in hours)


def test_an_hour_that_comes_twice_is_two_stretches() -> None:
    assert day_in("Europe/Berlin", date(2026, 10, 25))[2] == 2
    assert day_in("Europe/Berlin", date(2026, 10, 25)).total() == 25
    assert day_in("America/New_York", date(2026, 11, 1))[1] == 2


def test_an_hour_that_never_comes_is_none() -> None:
    hours = day_in("Europe/Berlin", date(2026, 3, 29))
    assert 2 not in hours
    assert hours.total() == 23
    # Where the clocks jump over midnight, the day begins with its second hour.
    assert 0 not in day_in("America/Havana", date(2026, 3, 8))


def test_half_an_hour_comes_twice_where_the_clocks_go_back_by_half_an_hour() -> None:
    period = Period(
        first_day=date(2026, 4, 5), last_day=date(2026, 4, 5), timezone="Australia/Lord_Howe"
    )
    hours = local_hours(period.starts_at, period.ends_at, period.timezone)
    ends = [*(hour.starts_at for hour in hours[1:]), period.ends_at]
    one = [end - hour.starts_at for hour, end in zip(hours, ends, strict=True) if hour.hour == 1]
    assert sum(one, timedelta()) == timedelta(minutes=90)


def test_clocks_that_jump_in_the_middle_of_an_hour_end_it_there() -> None:
    # 02:30 became 03:00.
    jump = datetime(2016, 5, 1, 7, 0, tzinfo=UTC)
    hours = local_hours(jump - timedelta(hours=1), jump + timedelta(hours=1), "America/Caracas")
    assert [(hour.starts_at, hour.hour) for hour in hours] == [
        (jump - timedelta(minutes=60), 1),
        (jump - timedelta(minutes=30), 2),
        (jump, 3),
    ]


@given(
    st.integers(0, 65 * 365 * 24 * 60),
    st.integers(1, 4000),
    st.sampled_from(ODD_ZONES),
)
def test_every_minute_lies_in_the_hour_its_clock_shows(
    minute: int, minutes: int, timezone: str
) -> None:
    begin = datetime(1971, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    end = begin + timedelta(minutes=minutes)
    hours = local_hours(begin, end, timezone)
    assert hours[0].starts_at == begin
    edges = [*(hour.starts_at for hour in hours), end]
    for hour, (first, after) in zip(hours, pairwise(edges), strict=True):
        assert timedelta() < after - first <= timedelta(hours=1)
        at = first
        while at < after:
            local = at.astimezone(ZoneInfo(timezone))
            assert (local.weekday(), local.hour) == (hour.weekday, hour.hour)
            at += timedelta(minutes=1)


spans = st.lists(st.tuples(st.integers(-50, 250), st.integers(-50, 250)), max_size=12)


@given(st.lists(st.integers(1, 200), min_size=1, max_size=9, unique=True), spans)
def test_time_between_edges_is_that_of_each_unit_counted(
    cuts: list[int], spans: list[tuple[int, int]]
) -> None:
    edges = [0, *sorted(cuts)]
    truth = [
        sum(begin <= unit < end for unit in range(first, after) for begin, end in spans)
        for first, after in pairwise(edges)
    ]
    assert covered(edges, steps_of(edges, spans)) == truth


def test_nothing_lies_between_no_edges() -> None:
    assert covered([0], {}) == []


@pytest.mark.parametrize("timezone", ODD_ZONES)
def test_a_period_that_has_not_begun_has_no_hours(timezone: str) -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    assert local_hours(at, at, timezone) == ()
