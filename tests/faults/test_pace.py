"""No renderer is there while a backlog comes, and then there is one."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

from services.aggregator.pace import AHEAD
from shared.states import Lane, RunStatus
from tests.faults.mortal_fleet import MortalFleet
from tests.pipeline import Pipeline

FURTHER = 30


async def test_a_backlog_is_aggregated_no_further_ahead_than_it_is_drawn(
    fleet: MortalFleet, pipeline: Pipeline
) -> None:
    fleet["renderer"].kill()
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(AHEAD + FURTHER)]
    backlog = [await pipeline.request(lane=Lane.BACKLOG, first_day=day) for day in days]

    async def aggregated() -> int:
        return sum(run["status"] == RunStatus.AGGREGATED for run in await pipeline.runs())

    async with asyncio.timeout(60):
        while await aggregated() < AHEAD:
            await asyncio.sleep(0.1)
    await asyncio.sleep(1)
    assert await aggregated() < AHEAD + FURTHER / 2
    somebodys = await pipeline.request()
    await pipeline.until_status(somebodys, RunStatus.AGGREGATED)

    fleet.start("renderer")
    for run_id in (somebodys, *backlog):
        await pipeline.until_settled(run_id)
        await pipeline.assert_made_once(run_id)
