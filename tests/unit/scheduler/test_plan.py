"""What becomes of fires that were missed, and when fires are spread."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.scheduler.plan import Misfires, Plan, instant_of, plan, spread_of
from shared.cadence import CADENCE, Fire
from shared.states import MisfirePolicy

NINE = datetime(2026, 11, 16, 9, tzinfo=UTC)
"""A Monday; the schedule below was last planned for then."""
DAILY = CADENCE.validate_python({"kind": "daily", "time": "09:00", "timezone": "UTC"})
SEVEN_LATER = NINE + timedelta(days=6, hours=3)
"""Seven fires after: those of the 16th to the 22nd."""


def after(now: datetime, policy: MisfirePolicy, grace: int = 300, most: int = 10) -> Plan:
    misfires = Misfires(policy, timedelta(seconds=grace), most)
    return plan(DAILY, {}, first=NINE, now=now, misfires=misfires)


def days(fires: tuple[Fire, ...]) -> list[int]:
    return [fire.nominal_local_time.day for fire in fires]


@pytest.mark.parametrize("policy", MisfirePolicy)
def test_a_fire_within_its_grace_is_on_time_whatever_the_policy(policy: MisfirePolicy) -> None:
    found = after(NINE + timedelta(seconds=300), policy)
    assert (days(found.on_time), found.caught_up, found.missed) == ([16], (), ())
    assert found.upcoming is not None
    assert found.upcoming.nominal_local_time.day == 17


def test_down_across_seven_fires_skip_leaves_them_all_out() -> None:
    found = after(SEVEN_LATER, MisfirePolicy.SKIP)
    assert (found.on_time, found.caught_up) == ((), ())
    assert days(found.missed) == [16, 17, 18, 19, 20, 21, 22]


def test_down_across_seven_fires_run_once_makes_up_for_the_latest() -> None:
    found = after(SEVEN_LATER, MisfirePolicy.RUN_ONCE)
    assert days(found.caught_up) == [22]
    assert days(found.missed) == [16, 17, 18, 19, 20, 21]


def test_down_across_seven_fires_run_all_makes_up_for_each_up_to_its_bound() -> None:
    assert days(after(SEVEN_LATER, MisfirePolicy.RUN_ALL).caught_up) == [16, 17, 18, 19, 20, 21, 22]
    bounded = after(SEVEN_LATER, MisfirePolicy.RUN_ALL, most=3)
    assert (days(bounded.caught_up), days(bounded.missed)) == ([20, 21, 22], [16, 17, 18, 19])


def test_run_once_is_one_run_also_where_the_last_fire_is_on_time() -> None:
    found = after(NINE + timedelta(days=6, seconds=60), MisfirePolicy.RUN_ONCE)
    assert (days(found.on_time), found.caught_up) == ([22], ())
    assert days(found.missed) == [16, 17, 18, 19, 20, 21]


def test_a_clock_that_steps_back_makes_nothing_due_and_plans_the_same_fire() -> None:
    found = after(NINE - timedelta(hours=1), MisfirePolicy.RUN_ALL)
    assert (found.on_time, found.caught_up, found.missed) == ((), (), ())
    assert found.upcoming is not None
    assert found.upcoming.at_utc == NINE


def test_a_minutely_schedule_that_was_down_for_a_year_is_planned_at_once() -> None:
    minutely = CADENCE.validate_python(
        {"kind": "cron", "expression": "* * * * *", "timezone": "UTC"}
    )
    now = NINE + timedelta(days=365)
    found = plan(
        minutely,
        {},
        first=NINE,
        now=now,
        misfires=Misfires(MisfirePolicy.RUN_ONCE, timedelta(0), 10),
    )
    assert [fire.at_utc for fire in found.on_time] == [now]
    assert found.missed[-1].at_utc == now - timedelta(minutes=1)
    assert len(found.missed) < 1000


def test_fires_are_spread_evenly_and_each_schedule_keeps_its_place() -> None:
    schedules = [uuid4() for _ in range(6000)]
    spread = [spread_of(schedule, 600) for schedule in schedules]
    assert spread == [spread_of(schedule, 600) for schedule in schedules]
    assert min(spread) >= timedelta(0)
    assert max(spread) <= timedelta(minutes=10)
    by_minute = Counter(int(one.total_seconds() // 60) for one in spread)
    assert set(by_minute) == set(range(10))
    assert max(by_minute.values()) < 1.3 * 600
    assert spread_of(schedules[0], 0) == timedelta(0)


def test_a_spread_fire_is_due_when_its_turn_comes_and_not_late_before_its_grace() -> None:
    spread = timedelta(minutes=7)
    misfires = Misfires(MisfirePolicy.SKIP, timedelta(seconds=30), 10)

    def at(now: datetime) -> Plan:
        return plan(DAILY, {}, first=NINE, now=now, misfires=misfires, spread=spread)

    assert at(NINE + timedelta(minutes=6)).on_time == ()
    assert days(at(NINE + spread).on_time) == [16]
    assert days(at(NINE + spread + timedelta(seconds=31)).missed) == [16]


def test_a_planned_fire_has_the_instant_of_its_pass() -> None:
    twice = datetime.fromisoformat("2026-10-25 02:30")
    assert instant_of(twice, 0, "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant_of(twice, 1, "Europe/Berlin") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    missing = datetime.fromisoformat("2026-03-29 02:30")
    assert instant_of(missing, 0, "Europe/Berlin") == datetime(2026, 3, 29, 1, tzinfo=UTC)
