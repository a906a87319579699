"""Several schedulers at once: each due schedule fires once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.store import tables
from tests.faults.mortal_fleet import MortalFleet
from tests.pipeline import Pipeline
from tests.schedules import new_schedule

SCHEDULES = 40


async def test_schedules_due_in_the_same_second_fire_once_each_however_many_schedulers_run(
    fleet: MortalFleet, pipeline: Pipeline, admin: AsyncEngine
) -> None:
    twins = [fleet.start("scheduler") for _ in range(2)]
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
    for _ in range(SCHEDULES):
        await new_schedule(admin, pipeline.tenant, next_run_at=due)

    async def all_fired() -> bool:
        return len(await pipeline.runs()) >= SCHEDULES

    await pipeline.until(all_fired, "every schedule fired")
    await asyncio.sleep(1)

    runs = await pipeline.runs()
    assert len(runs) == SCHEDULES
    assert len({run["schedule_id"] for run in runs}) == SCHEDULES
    await pipeline.until_settled(*(run["id"] for run in runs))
    assert all(twin.runs for twin in twins)


async def test_one_of_two_schedulers_dies_between_claim_and_commit_and_each_still_fires_once(
    fleet: MortalFleet, pipeline: Pipeline, admin: AsyncEngine
) -> None:
    doomed = fleet.doom("scheduler", "before commit", "report.requested.v1")
    for _ in range(SCHEDULES):
        await new_schedule(admin, pipeline.tenant, next_run_at=datetime.now(UTC))
    await asyncio.to_thread(doomed.wait_for_end)
    fleet.spare("scheduler")
    assert await pipeline.runs() == []
    fleet.start("scheduler", wait=False)
    fleet.start("scheduler")

    async def all_fired() -> bool:
        return len(await pipeline.runs()) >= SCHEDULES

    await pipeline.until(all_fired, "every schedule fired")
    await asyncio.sleep(1)

    assert len({run["schedule_id"] for run in await pipeline.runs()}) == SCHEDULES
    assert len(await pipeline.runs()) == SCHEDULES
    async with admin.connect() as connection:
        fired = await connection.execute(
            select(tables.occurrences).where(tables.occurrences.c.tenant_id == pipeline.tenant.id)
        )
    assert len(fired.all()) == SCHEDULES
