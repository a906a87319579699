"""When a schedule fires: what each field means, and what happens where the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cronsim import CronSimError

from services.scheduler.cron import next_fire

BERLIN = "Europe/Berlin"


def fires(cron: str, after: str, count: int, timezone: str = "UTC") -> list[str]:
    """The next local times, as `YYYY-MM-DD HH:MM`; `after` is UTC."""
    found, instant = [], datetime.fromisoformat(after).replace(tzinfo=UTC)
    for _ in range(count):
        fire = next_fire(cron, timezone, instant)
        found.append(fire.nominal_local_time.strftime("%Y-%m-%d %H:%M"))
        instant = fire.at
    return found


@pytest.mark.parametrize(
    ("day", "weekday"),
    [("0", 6), ("1", 0), ("2", 1), ("6", 5), ("7", 6), ("SUN", 6), ("MON", 0)],
)
def test_one_is_monday_and_both_zero_and_seven_are_sunday(day: str, weekday: int) -> None:
    for fire in fires(f"0 9 * * {day}", "2026-11-18 00:00", 3):
        assert datetime.fromisoformat(fire).weekday() == weekday


def test_with_both_kinds_of_day_either_is_enough() -> None:
    # 13 November 2026 is a Friday; the 20th and 27th are Fridays that are not the 13th.
    assert fires("0 9 13 * FRI", "2026-11-12 00:00", 3) == [
        "2026-11-13 09:00",
        "2026-11-20 09:00",
        "2026-11-27 09:00",
    ]
    assert fires("0 9 13 * MON", "2026-11-12 00:00", 3) == [
        "2026-11-13 09:00",
        "2026-11-16 09:00",
        "2026-11-23 09:00",
    ]


def test_a_time_that_the_clocks_jump_over_fires_once_right_after_the_gap() -> None:
    # In Berlin 02:00 to 02:59 of 29 March 2026 do not exist.
    assert fires("30 2 * * *", "2026-03-28 00:00", 3, BERLIN) == [
        "2026-03-28 02:30",
        "2026-03-29 03:00",
        "2026-03-30 02:30",
    ]


def test_a_time_that_comes_twice_fires_the_first_time_alone() -> None:
    # In Berlin 02:00 to 02:59 of 25 October 2026 come twice, first in summer time (UTC+2).
    first = next_fire("30 2 * * *", BERLIN, datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert (first.at, first.fold) == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 0)
    after = next_fire("30 2 * * *", BERLIN, first.at)
    assert after.at == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_what_counts_in_hours_goes_through_a_repeated_hour_twice() -> None:
    instants = []
    instant = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    for _ in range(3):
        instant = next_fire("0 * * * *", BERLIN, instant).at
        instants.append(instant.hour)
    assert instants == [0, 1, 2]


def test_the_same_wall_clock_is_another_instant_on_either_side_of_a_change() -> None:
    before = next_fire("0 9 * * *", BERLIN, datetime(2026, 10, 24, tzinfo=UTC))
    after = next_fire("0 9 * * *", BERLIN, datetime(2026, 10, 25, 12, tzinfo=UTC))
    assert (before.at.hour, after.at.hour) == (7, 8)


@pytest.mark.parametrize("cron", ["0 9 * *", "0 9 * * * *", "@daily", ""])
def test_what_has_not_five_fields_is_refused(cron: str) -> None:
    with pytest.raises(ValueError, match="five fields"):
        next_fire(cron, "UTC", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "cron", ["60 9 * * *", "0 24 * * *", "0 9 * 13 *", "0 9 * * 8", "a b c d e", "0 9 30 2 *"]
)
def test_what_never_comes_is_refused(cron: str) -> None:
    with pytest.raises(CronSimError):
        next_fire(cron, "UTC", datetime(2026, 1, 1, tzinfo=UTC))


def test_an_unknown_timezone_is_refused() -> None:
    with pytest.raises(ValueError, match="Mars/X"):
        next_fire("0 9 * * *", "Mars/X", datetime(2026, 1, 1, tzinfo=UTC))
