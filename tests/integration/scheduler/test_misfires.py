"""What was missed: down, paused, edited, or in nobody's name any more."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from services.scheduler.timezones import follow_timezone_rules
from shared.cadence import timezone_rules
from shared.store import tables
from tests.scheduling import Scheduling

NINE = datetime(2026, 11, 16, 9, tzinfo=UTC)
"""A Monday."""
SEVEN_LATER = NINE + timedelta(days=6, hours=3)


async def test_stopped_before_it_was_due_and_started_after_it_fires_as_if_nothing_had_been(
    scheduling: Scheduling,
) -> None:
    schedule = await scheduling.schedule(NINE)
    assert await scheduling.tick(NINE - timedelta(seconds=5)) == 0
    assert await scheduling.tick(NINE + timedelta(seconds=40)) == 1
    (run,) = await scheduling.runs(schedule)
    assert (run["occasion"], run["first_day"]) == ("schedule", date(2026, 11, 15))


@pytest.mark.parametrize(
    ("policy", "fired", "missed"),
    [
        ("skip", [], [16, 17, 18, 19, 20, 21, 22]),
        ("run_once", [22], [16, 17, 18, 19, 20, 21]),
        ("run_all", [18, 19, 20, 21, 22], [16, 17]),
    ],
)
async def test_down_across_seven_daily_fires_each_policy_does_what_it_says(
    policy: str, fired: list[int], missed: list[int], scheduling: Scheduling
) -> None:
    schedule = await scheduling.schedule(NINE, misfire_policy=policy, misfire_most=5)
    assert await scheduling.tick(SEVEN_LATER) == len(fired)

    found = await scheduling.statuses(schedule)
    assert found == [f"{day} missed" for day in missed] + [f"{day} fired" for day in fired]
    runs = await scheduling.runs(schedule)
    # Yesterday, as it was on the nominal day.
    assert [run["first_day"].day for run in runs] == [day - 1 for day in fired]
    assert all(run["occasion"] == "caught_up" for run in runs)
    for occurrence in await scheduling.occurrences(schedule):
        if occurrence["status"] == "missed":
            assert occurrence["reason"].startswith(
                "nothing was running then; noticed at 2026-11-22"
            )
    assert (await scheduling.row(schedule))["next_run_at"] == NINE + timedelta(days=7)
    assert await scheduling.tick(SEVEN_LATER) == 0


async def test_what_a_paused_schedule_missed_says_so(scheduling: Scheduling) -> None:
    schedule = await scheduling.schedule(NINE, misfire_policy="skip", state="paused")
    assert await scheduling.tick(SEVEN_LATER) == 0
    assert await scheduling.occurrences(schedule) == []
    await scheduling.change(schedule, state="active", resumed_at=SEVEN_LATER)
    await scheduling.tick(SEVEN_LATER)
    reasons = {row["reason"] for row in await scheduling.occurrences(schedule)}
    assert reasons == {"the schedule was not active until 2026-11-22 12:00 UTC"}


async def test_a_clock_that_steps_back_an_hour_fires_nothing_twice(scheduling: Scheduling) -> None:
    schedule = await scheduling.schedule(
        NINE, cadence={"kind": "cron", "expression": "0 * * * *", "timezone": "UTC"}
    )
    hour = timedelta(hours=1)
    assert await scheduling.tick(NINE) == 1
    assert await scheduling.tick(NINE - hour) == 0
    assert await scheduling.tick(NINE) == 0
    assert await scheduling.tick(NINE + hour) == 1
    # Forward by an hour: what lies between is an hour late.
    assert await scheduling.tick(NINE + 3 * hour) == 1
    assert [row["status"] for row in await scheduling.occurrences(schedule)] == [
        "fired",
        "fired",
        "missed",
        "fired",
    ]


async def test_a_schedule_that_is_edited_paused_or_deleted_leaves_its_run_alone(
    scheduling: Scheduling,
) -> None:
    edited, paused, deleted = [await scheduling.schedule(NINE) for _ in range(3)]
    assert await scheduling.tick(NINE) == 3
    later = {"kind": "daily", "time": "10:00", "timezone": "UTC"}
    await scheduling.change(edited, cadence=later, next_run_at=None, next_nominal=None)
    await scheduling.change(paused, state="paused")
    await scheduling.change(deleted, deleted_at=NINE)

    assert await scheduling.tick(NINE + timedelta(minutes=1)) == 0
    assert (await scheduling.row(edited))["next_run_at"] == NINE + timedelta(hours=1)
    assert await scheduling.tick(NINE + timedelta(days=1)) == 1
    assert [len(await scheduling.runs(one)) for one in (edited, paused, deleted)] == [2, 1, 1]
    first, _ = await scheduling.runs(edited)
    assert first["status"] == "requested"


async def test_a_schedule_whose_end_has_come_has_ended(scheduling: Scheduling) -> None:
    schedule = await scheduling.schedule(
        NINE, cadence={"kind": "daily", "time": "09:00", "timezone": "UTC", "end": "2026-11-16"}
    )
    assert await scheduling.tick(NINE) == 1
    row = await scheduling.row(schedule)
    assert (row["state"], row["state_reason"]) == ("ended", "it never comes again")


async def test_a_deleted_definition_stops_its_schedules(scheduling: Scheduling) -> None:
    schedule = await scheduling.schedule(NINE)
    definition = (await scheduling.row(schedule))["definition_id"]
    await scheduling.update(
        tables.definitions, tables.definitions.c.id == definition, deleted_at=NINE
    )
    assert await scheduling.tick(NINE) == 0
    row = await scheduling.row(schedule)
    assert row["state"] == "disabled"
    assert row["state_reason"] == "cannot be fired: its definition was deleted"


async def test_the_tenants_own_days_off_are_days_off(scheduling: Scheduling) -> None:
    await scheduling.add(tables.tenant_holidays, day=date(2026, 11, 17), name="Studio closed")
    schedule = await scheduling.schedule(
        NINE, cadence={"kind": "daily", "time": "09:00", "timezone": "UTC", "business_days": {}}
    )
    assert await scheduling.tick(NINE) == 1
    assert (await scheduling.row(schedule))["next_run_at"] == NINE + timedelta(days=2)


async def test_fires_are_spread_over_the_schedules_window(scheduling: Scheduling) -> None:
    schedules = [await scheduling.schedule(None, jitter_seconds=600) for _ in range(12)]
    await scheduling.tick(NINE - timedelta(hours=1))
    due = [(await scheduling.row(one))["next_run_at"] for one in schedules]
    assert len(set(due)) == 12
    assert all(NINE <= one <= NINE + timedelta(minutes=10) for one in due)
    assert await scheduling.tick(min(due)) == 1
    assert await scheduling.tick(NINE + timedelta(minutes=10)) == 11
    for one in schedules:
        (occurrence,) = await scheduling.occurrences(one)
        assert occurrence["due_at"] == NINE, "the nominal time is nobody's own"


async def test_new_rules_of_a_time_zone_move_the_instant_and_not_the_wall_clock(
    scheduling: Scheduling,
) -> None:
    # Planned when Berlin was thought to be two hours from UTC in winter.
    by_old_rules = NINE - timedelta(hours=2)
    schedules = [
        await scheduling.schedule(
            by_old_rules,
            cadence={"kind": "daily", "time": "09:00", "timezone": "Europe/Berlin"},
            next_nominal=NINE.replace(tzinfo=None),
            timezone_rules="1970a",
        )
        for _ in range(2)
    ]
    # Due by the old rules, before anybody looked: it waits for its wall clock.
    assert await scheduling.tick(by_old_rules) == 0
    by_new_rules = NINE - timedelta(hours=1)
    assert [(await scheduling.row(one))["next_run_at"] for one in schedules] == [by_new_rules] * 2

    for one in schedules:
        await scheduling.change(one, next_run_at=by_old_rules, timezone_rules="1970a")
    assert await follow_timezone_rules(scheduling.store) == 2
    assert await follow_timezone_rules(scheduling.store) == 0
    row = await scheduling.row(schedules[0])
    assert (row["next_run_at"], row["timezone_rules"]) == (by_new_rules, timezone_rules())
    assert await scheduling.tick(by_new_rules) == 2


async def test_a_schedule_without_its_owner_is_held_until_somebody_takes_it_over(
    scheduling: Scheduling,
) -> None:
    await scheduling.member("boss", "admin")
    await scheduling.member("gone", active=False)
    await scheduling.member("demoted", "viewer")
    await scheduling.member("heir")
    gone = await scheduling.schedule(NINE, owner="gone")
    demoted = await scheduling.schedule(NINE, owner="demoted")
    assert await scheduling.tick(NINE) == 0

    row = await scheduling.row(gone)
    assert row["state"] == "held"
    assert row["state_reason"].startswith("its owner gone is inactive: hand it over")
    assert "role viewer" in (await scheduling.row(demoted))["state_reason"]
    (occurrence,) = await scheduling.occurrences(gone)
    assert (occurrence["status"], occurrence["reason"]) == ("held", row["state_reason"])
    told = {tuple(to): mail for to, mail in await scheduling.notices()}
    assert set(told) == {("boss@example.com",), ("demoted@example.com",)}
    assert told["boss@example.com",]["subject"] == "Broadsheet: 2 schedules need attention"
    assert await scheduling.tick(NINE + timedelta(hours=1)) == 0

    handed_over = NINE + timedelta(hours=2)
    await scheduling.change(gone, owner="heir", state="active", resumed_at=handed_over)
    assert await scheduling.tick(handed_over) == 1
    (run,) = await scheduling.runs(gone)
    assert (run["requested_by"], run["first_day"]) == ("heir", date(2026, 11, 15))
    assert await scheduling.statuses(gone) == ["16 fired"]


async def test_a_schedule_of_a_stranger_to_the_members_fires_as_their_token_would(
    scheduling: Scheduling,
) -> None:
    await scheduling.schedule(NINE, owner=f"machine-{uuid4()}")
    assert await scheduling.tick(NINE) == 1
