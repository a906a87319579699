"""Schedules that wait for their data."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.banners import Banner
from tests.scheduling import Scheduling

SIX = datetime(2026, 11, 16, 6, tzinfo=UTC)
NINE = SIX + timedelta(hours=3)
DAY = timedelta(days=1)
DAILY = {"kind": "daily", "time": "06:00", "timezone": "UTC"}


def loaded(fallback: str = "send_stale") -> dict[str, Any]:
    return {"signal": "loaded", "not_later_than": "09:00", "fallback": fallback}


async def test_it_waits_for_its_signal_and_goes_when_it_comes(scheduling: Scheduling) -> None:
    schedule = await scheduling.schedule(SIX, cadence=DAILY, readiness=loaded())
    assert await scheduling.tick(SIX) == 0
    (waiting,) = await scheduling.occurrences(schedule)
    assert (waiting["status"], waiting["wait_until"]) == ("waiting", NINE)
    assert waiting["reason"] == "for the signal 'loaded'"

    came = SIX + timedelta(hours=1)
    await scheduling.signal("loaded", came)
    await scheduling.signal("another", came)
    assert await scheduling.tick(came + timedelta(seconds=1)) == 1
    (gone,) = await scheduling.occurrences(schedule)
    assert (gone["status"], gone["signal_at"], gone["reason"]) == ("fired", came, None)
    (run,) = await scheduling.runs(schedule)
    assert (run["id"], run["banner"]) == (gone["run_id"], None)
    assert await scheduling.tick(NINE) == 0


async def test_a_signal_that_came_before_counts_and_each_counts_once(
    scheduling: Scheduling,
) -> None:
    schedule = await scheduling.schedule(SIX, cadence=DAILY, readiness=loaded())
    await scheduling.signal("loaded", SIX - timedelta(days=3))
    assert await scheduling.tick(SIX) == 0, "that was another day's"
    await scheduling.signal("loaded", SIX - timedelta(hours=1))
    assert await scheduling.tick(SIX) == 1
    # It came less than 24 hours before the next one, too.
    assert await scheduling.tick(SIX + DAY - timedelta(hours=2)) == 0
    assert await scheduling.tick(SIX + DAY) == 0
    assert await scheduling.statuses(schedule) == ["16 fired", "17 waiting"]


async def test_two_occurrences_that_wait_take_two_signals(scheduling: Scheduling) -> None:
    schedule = await scheduling.schedule(
        SIX, cadence={"kind": "cron", "expression": "0 6,7 * * *", "timezone": "UTC"},
        readiness=loaded(),
    )  # fmt: skip
    await scheduling.tick(SIX)
    await scheduling.tick(SIX + timedelta(hours=1))
    await scheduling.signal("loaded", SIX + timedelta(minutes=70))
    assert await scheduling.tick(SIX + timedelta(minutes=75)) == 1
    assert await scheduling.statuses(schedule) == ["16 fired", "16 waiting"]
    await scheduling.signal("loaded", SIX + timedelta(minutes=80))
    assert await scheduling.tick(SIX + timedelta(minutes=85)) == 1


async def test_a_signal_that_is_committed_after_a_later_one_was_used_counts_as_well(
    scheduling: Scheduling,
) -> None:
    twice_a_day = {"kind": "cron", "expression": "0 6,7 * * *", "timezone": "UTC"}
    schedule = await scheduling.schedule(SIX, cadence=twice_a_day, readiness=loaded())
    await scheduling.tick(SIX)
    await scheduling.signal("loaded", SIX + timedelta(minutes=10))
    assert await scheduling.tick(SIX + timedelta(minutes=11)) == 1
    await scheduling.signal("loaded", SIX + timedelta(minutes=9))
    assert await scheduling.tick(SIX + timedelta(hours=1)) == 1
    assert await scheduling.statuses(schedule) == ["16 fired", "16 fired"]


async def test_two_schedulers_give_one_signal_to_one_occurrence(scheduling: Scheduling) -> None:
    seven = SIX + timedelta(hours=1)
    twice_a_day = {"kind": "cron", "expression": "0 6,7 * * *", "timezone": "UTC"}
    made = [
        await scheduling.schedule(SIX, cadence=twice_a_day, readiness=loaded()) for _ in range(10)
    ]
    await scheduling.tick(SIX)
    await scheduling.tick(seven)
    await scheduling.signal("loaded", seven + timedelta(minutes=1))

    later = seven + timedelta(minutes=2)
    counts = await asyncio.gather(*(scheduling.tick(later) for _ in range(3)))

    assert sum(counts) == len(made)
    for schedule in made:
        assert await scheduling.statuses(schedule) == ["16 fired", "16 waiting"]


@pytest.mark.parametrize(
    ("fallback", "status", "runs"),
    [("send_stale", "fired", 1), ("hold", "held", 0), ("skip", "skipped", 0)],
)
async def test_without_its_signal_the_fallback_takes_place_and_says_why(
    fallback: str, status: str, runs: int, scheduling: Scheduling
) -> None:
    await scheduling.member("tests")
    schedule = await scheduling.schedule(SIX, cadence=DAILY, readiness=loaded(fallback))
    await scheduling.tick(SIX)
    assert await scheduling.tick(NINE - timedelta(seconds=1)) == 0
    assert await scheduling.tick(NINE) == runs
    assert await scheduling.tick(NINE) == 0
    (occurrence,) = await scheduling.occurrences(schedule)
    assert occurrence["status"] == status
    assert occurrence["reason"] == "the signal 'loaded' had not come by 09:00"
    for run in await scheduling.runs(schedule):
        assert Banner.of(run["banner"]) == Banner(signal="loaded", not_later_than="09:00")
    told = [to for to, _ in await scheduling.notices()]
    assert told == ([["tests@example.com"]] if fallback == "hold" else [])


async def test_a_held_occurrence_goes_on_when_the_signal_comes_after_all(
    scheduling: Scheduling,
) -> None:
    schedule = await scheduling.schedule(SIX, cadence=DAILY, readiness=loaded("hold"))
    await scheduling.tick(SIX)
    await scheduling.tick(NINE)
    await scheduling.signal("loaded", NINE + timedelta(hours=1))
    assert await scheduling.tick(NINE + timedelta(hours=1, seconds=1)) == 1
    assert await scheduling.statuses(schedule) == ["16 fired"]


async def test_another_tenants_signal_is_not_ours(
    scheduling: Scheduling, admin_database_url: str
) -> None:
    from tests.tenants import new_tenant

    await scheduling.schedule(SIX, cadence=DAILY, readiness=loaded())
    await scheduling.tick(SIX)
    ours, scheduling.tenant = scheduling.tenant, await new_tenant(admin_database_url)
    await scheduling.signal("loaded", SIX + timedelta(minutes=1))
    scheduling.tenant = ours
    assert await scheduling.tick(SIX + timedelta(minutes=2)) == 0
