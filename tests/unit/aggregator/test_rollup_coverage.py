"""How a report's time is divided between roll-ups and rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from services.aggregator.rollups.coverage import NO_ROLLUPS, Division, Rollups
from shared.periods import Period, local_midnight

DAY = timedelta(days=1)
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns")


def rolled(days: int, *, without: int | None = None) -> Rollups:
    """So many days from the first on, each of whose jobs began on it, but for one."""
    found = {FIRST + n * DAY: FIRST + n * DAY for n in range(days) if n != without}
    return Rollups("somewhere", {"jobs": found})


def parts(division: Division) -> list[tuple[datetime, datetime]]:
    """Everything that it consists of, in order; what is cut ends where the whole ends."""
    days = [
        (max(day, division.begin), min(day + DAY, division.end))
        for day in (*division.whole, *division.cut)
    ]
    return sorted([*division.raw, *days])


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("without", [None, 0, 40, 99])
def test_nothing_is_read_twice_and_nothing_left_out(zone: str, without: int | None) -> None:
    for first, days in ((date(2023, 12, 20), 30), (date(2024, 3, 1), 60), (date(2024, 1, 9), 1)):
        period = Period(first_day=first, last_day=first + (days - 1) * DAY, timezone=zone)
        cuts = [local_midnight(first + n * DAY, zone) for n in range(days + 1)]
        assert (cuts[0], cuts[-1]) == (period.starts_at, period.ends_at)
        found = parts(rolled(100, without=without).division("jobs", cuts))
        assert found[0][0] == period.starts_at
        assert found[-1][1] == period.ends_at
        for (_, end), (begin, _) in pairwise(found):
            assert end == begin


@pytest.mark.parametrize("zone", ZONES)
def test_midnights_of_every_timezone_are_read_by_quarters_and_never_from_rows(zone: str) -> None:
    cuts = [local_midnight(date(2024, 1, 5) + n * DAY, zone) for n in range(80)]
    division = rolled(100).division("jobs", cuts)
    assert division.raw == ()
    assert bool(division.cut) == (zone != "UTC")


def test_a_midnight_off_the_quarters_is_read_from_rows() -> None:
    # Amsterdam was 19 minutes and 32 seconds ahead of Greenwich until 1937.
    midnight = datetime(2024, 1, 20, tzinfo=UTC) - timedelta(minutes=19, seconds=32)
    division = rolled(100).division("jobs", [FIRST + 5 * DAY, midnight, FIRST + 50 * DAY])
    assert division.raw == ((datetime(2024, 1, 19, tzinfo=UTC), datetime(2024, 1, 20, tzinfo=UTC)),)
    assert division.cut == ()


def test_a_day_on_which_something_ended_that_began_before_the_period_is_read_from_rows() -> None:
    days = {FIRST + n * DAY: FIRST + n * DAY for n in range(30)}
    days[FIRST + 12 * DAY] = FIRST + 8 * DAY
    rollups = Rollups("somewhere", {"jobs": days})
    inside = rollups.whole_days("jobs", [FIRST + 5 * DAY, FIRST + 20 * DAY])
    assert inside.raw == ()
    across = rollups.whole_days("jobs", [FIRST + 5 * DAY, FIRST + 10 * DAY, FIRST + 20 * DAY])
    assert across.raw == ((FIRST + 12 * DAY, FIRST + 13 * DAY),)


def test_without_roll_ups_all_is_read_from_rows() -> None:
    division = NO_ROLLUPS.division("jobs", [FIRST, FIRST + DAY])
    assert division.raw == ((FIRST, FIRST + DAY),)
    assert not division.rolled


def test_all_time_up_to_an_instant_leaves_out_the_day_it_cuts() -> None:
    division = rolled(10).everything("jobs", FIRST + 4 * DAY + timedelta(hours=7))
    assert division.whole == tuple(FIRST + n * DAY for n in range(4))
    assert division.raw[-1] == (FIRST + 4 * DAY, FIRST + 4 * DAY + timedelta(hours=7))
