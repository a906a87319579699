"""Schedulers that die, stand still or lose the database: each due schedule fires once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import get_args

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from shared.states import ScheduleState
from shared.store import tables
from tests.faults.mortal_fleet import MortalFleet
from tests.faults.mortal_service import Moment
from tests.pipeline import Pipeline
from tests.post_office import PostOffice
from tests.schedules import new_schedule, this_minute

SCHEDULES = 12


async def test_schedules_due_in_the_same_second_fire_once_each_however_many_schedulers_run(
    fleet: MortalFleet, pipeline: Pipeline, admin: AsyncEngine
) -> None:
    twins = [fleet.start("scheduler") for _ in range(2)]
    await _schedules_due_at_once(pipeline, admin)

    async def all_fired() -> bool:
        return len(await pipeline.runs()) >= SCHEDULES

    await pipeline.until(all_fired, "every schedule fired")
    await asyncio.sleep(1)

    runs = await pipeline.runs()
    assert len(runs) == SCHEDULES
    assert len({run["schedule_id"] for run in runs}) == SCHEDULES
    await pipeline.until_settled(*(run["id"] for run in runs))
    assert all(twin.runs for twin in twins)


@pytest.mark.parametrize("moment", get_args(Moment)[:3])
async def test_one_of_two_schedulers_dies_and_each_schedule_still_fires_once(
    moment: Moment, fleet: MortalFleet, pipeline: Pipeline, admin: AsyncEngine
) -> None:
    """Between claim and commit, between commit and publishing, and before it noted that it did."""
    doomed = fleet.doom("scheduler", moment, "report.requested.v1")
    await _schedules_due_at_once(pipeline, admin)
    await asyncio.to_thread(doomed.wait_for_end)
    fleet.spare("scheduler")
    made = len(await pipeline.runs())
    assert (made == 0) == (moment == "before commit"), "all of a batch, or nothing"
    fleet.start("scheduler", wait=False)
    fleet.start("scheduler")

    await _all_fired_once(pipeline, admin)


async def test_a_scheduler_that_was_paused_across_a_fire_makes_it_once_and_for_its_day(
    fleet: MortalFleet, pipeline: Pipeline, admin: AsyncEngine
) -> None:
    fleet["scheduler"].pause()
    due = this_minute()
    schedule = await new_schedule(admin, pipeline.tenant, next_run_at=due)
    await asyncio.sleep(3)
    assert await pipeline.runs() == []
    fleet["scheduler"].resume()

    async def fired() -> bool:
        return len(await pipeline.runs()) == 1

    await pipeline.until(fired, "it fired")
    await asyncio.sleep(1.5)
    (run,) = await pipeline.runs()
    assert (run["schedule_id"], run["occasion"]) == (schedule, "schedule")
    assert run["last_day"] == due.date() - timedelta(days=1)


async def test_the_database_restarted_in_the_middle_of_a_batch_loses_and_doubles_nothing(
    infra: LocalInfrastructure, fleet: MortalFleet, pipeline: Pipeline, admin: AsyncEngine
) -> None:
    assert infra.database is not None
    await _schedules_due_at_once(pipeline, admin)
    await asyncio.to_thread(infra.database.kill)
    await asyncio.sleep(1)
    await asyncio.to_thread(infra.database.start)
    await _all_fired_once(pipeline, admin)


async def test_a_schedule_whose_owner_has_left_is_held_and_the_administrator_is_told_once(
    fleet: MortalFleet, pipeline: Pipeline, admin: AsyncEngine, post: PostOffice
) -> None:
    boss = f"boss-{pipeline.tenant.slug}@example.com"
    async with admin.begin() as connection:
        for sub, role, email, active in (
            ("boss", "admin", boss, True),
            ("gone", "author", None, False),
        ):
            await connection.execute(
                insert(tables.members).values(
                    tenant_id=pipeline.tenant.id, sub=sub, role=role, email=email, active=active
                )
            )
    await new_schedule(admin, pipeline.tenant, next_run_at=this_minute(), columns={"owner": "gone"})

    async def told() -> bool:
        return bool(post.mails_to(boss))

    await pipeline.until(told, "the administrator has mail")
    await asyncio.sleep(2)
    (mail,) = post.mails_to(boss)
    assert "hand it over" in str(mail)
    (notice,) = await pipeline.runs()
    await pipeline.until_settled(notice["id"])
    assert (await pipeline.delivery(notice["id"]))["status"] == "sent"


async def _schedules_due_at_once(pipeline: Pipeline, admin: AsyncEngine) -> None:
    due = this_minute()
    for _ in range(SCHEDULES):
        await new_schedule(
            admin, pipeline.tenant, next_run_at=due, columns={"state": ScheduleState.PAUSED}
        )
    async with admin.begin() as connection:
        table = tables.schedules
        ours = table.c.tenant_id == pipeline.tenant.id
        await connection.execute(update(table).where(ours).values(state=ScheduleState.ACTIVE))


async def _all_fired_once(pipeline: Pipeline, admin: AsyncEngine) -> None:
    async def all_fired() -> bool:
        return len(await pipeline.runs()) >= SCHEDULES

    await pipeline.until(all_fired, "every schedule fired")
    await asyncio.sleep(1)
    runs = await pipeline.runs()
    assert len({run["schedule_id"] for run in runs}) == len(runs) == SCHEDULES
    async with admin.connect() as connection:
        fired = await connection.execute(
            select(tables.occurrences).where(tables.occurrences.c.tenant_id == pipeline.tenant.id)
        )
    assert len(fired.all()) == SCHEDULES
    # And each was worked on once, however often its event was published.
    await pipeline.until_settled(*(run["id"] for run in runs))
    for run in runs:
        assert (await pipeline.announced(run["id"]))["report.aggregated.v1"] == 1
