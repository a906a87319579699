"""Runs that fail one after the other disable their schedule, and people are told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.states import RunStatus
from shared.store import tables
from tests.scheduling import Scheduling

NINE = datetime(2026, 11, 16, 9, tzinfo=UTC)
DAY = timedelta(days=1)


async def _days(scheduling: Scheduling, schedule: UUID, *ends: RunStatus) -> None:
    """One run a day, each with its end."""
    begun = len(await scheduling.runs(schedule))
    for number, end in enumerate(ends, start=begun):
        assert await scheduling.tick(NINE + number * DAY) == 1
        run = (await scheduling.runs(schedule))[-1]
        await scheduling.end_run(run["id"], end, NINE + number * DAY + timedelta(minutes=1))
        assert await scheduling.take_note() >= 1, "those of other tests may be among them"


async def test_five_failures_in_a_row_disable_a_schedule_and_tell_owner_and_admins_once(
    scheduling: Scheduling,
) -> None:
    await scheduling.member("owner")
    await scheduling.member("boss", "admin")
    await scheduling.member("former", "admin", active=False)
    await scheduling.member("bystander")
    schedule = await scheduling.schedule(NINE, owner="owner")
    await _days(scheduling, schedule, *[RunStatus.FAILED] * 4)
    assert (await scheduling.row(schedule))["state"] == "active"
    assert await scheduling.notices() == []

    await _days(scheduling, schedule, RunStatus.FAILED)

    row = await scheduling.row(schedule)
    assert (row["state"], row["failures"]) == ("disabled", 5)
    assert row["state_reason"] == (
        "5 runs in a row failed, the last one with: the source does not answer"
    )
    ((to, mail),) = await scheduling.notices()
    assert to == ["boss@example.com", "owner@example.com"]
    assert "the source does not answer" in mail["text"]
    assert row["name"] in mail["subject"]
    assert await scheduling.take_note() == 0
    assert await scheduling.tick(NINE + 9 * DAY) == 0
    assert len(await scheduling.notices()) == 1
    last = (await scheduling.audited())[-1]
    assert (last["action"], last["subject"]) == ("schedule.switched_off", f"schedule/{schedule}")


async def test_a_success_in_between_begins_the_count_anew_and_a_skip_does_not_count(
    scheduling: Scheduling,
) -> None:
    schedule = await scheduling.schedule(NINE)
    failed = RunStatus.FAILED
    await _days(scheduling, schedule, *[failed] * 4, RunStatus.COMPLETED)
    assert (await scheduling.row(schedule))["failures"] == 0
    await _days(scheduling, schedule, *[failed] * 2, RunStatus.SKIPPED, RunStatus.CANCELLED)
    row = await scheduling.row(schedule)
    assert (row["state"], row["failures"]) == ("active", 2)


async def test_a_tenant_sets_its_own_limit(scheduling: Scheduling) -> None:
    await scheduling.update(
        tables.tenant_settings,
        tables.tenant_settings.c.tenant_id == scheduling.tenant.id,
        schedule_failure_limit=2,
    )
    schedule = await scheduling.schedule(NINE)
    await _days(scheduling, schedule, RunStatus.FAILED, RunStatus.FAILED)
    assert (await scheduling.row(schedule))["state"] == "disabled"


async def test_an_occurrence_says_how_its_run_ended_and_why(scheduling: Scheduling) -> None:
    schedule = await scheduling.schedule(NINE)
    await _days(scheduling, schedule, RunStatus.COMPLETED, RunStatus.FAILED)
    done, failed = await scheduling.occurrences(schedule)
    assert (done["outcome"], done["reason"]) == ("completed", None)
    assert (failed["outcome"], failed["reason"]) == ("failed", "the source does not answer")
