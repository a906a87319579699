"""Whatever dies or stands still, whenever: every report is made once and mailed at most once."""

from __future__ import annotations

import asyncio
import os
import random
from uuid import UUID

import pytest

from shared.states import DeliveryStatus, Lane
from tests.faults.mortal_fleet import MortalFleet
from tests.pipeline import Pipeline
from tests.post_office import PostOffice

WORKERS = ("aggregator", "renderer", "mailer", "scheduler")
LONG = int(os.environ.get("BROADSHEET_CHAOS_ROUNDS", "2000"))


@pytest.mark.parametrize(
    "rounds",
    [10, pytest.param(LONG, marks=[pytest.mark.long, pytest.mark.timeout(10 * LONG)])],
    ids=["short", "long"],
)
async def test_rounds_of_sudden_deaths_and_pauses_cost_no_report_and_double_none(
    rounds: int, fleet: MortalFleet, pipeline: Pipeline, post: PostOffice
) -> None:
    seed = int(os.environ.get("BROADSHEET_CHAOS_SEED", random.randrange(2**32)))
    print(f"BROADSHEET_CHAOS_SEED={seed}")
    chance = random.Random(seed)
    # So many deaths are the world's fault and not the reports'.
    patient = {"BROADSHEET_MAX_ATTEMPTS": "1000", "BROADSHEET_DELIVERY_MAX_CUT_OFF": "1000"}
    for service in WORKERS:
        fleet.replace(service, patient)
    wanted: dict[UUID, str] = {}
    async with fleet.restarting(*WORKERS, overrides=patient):
        for number in range(rounds):
            for _ in range(3):
                address = f"{len(wanted)}@{pipeline.tenant.slug}.example.com"
                lane = chance.choice(list(Lane))
                wanted[await pipeline.request(address, lane=lane)] = address
            await asyncio.sleep(chance.random() * 0.6)
            victim = fleet[chance.choice(WORKERS)]
            if chance.random() < 0.75:
                victim.kill()
            elif victim.runs:
                victim.pause()
                await asyncio.sleep(chance.random() * 3)
                victim.resume()
            if number % 50 == 49:
                await pipeline.until_settled(*wanted)
        await pipeline.until_settled(*wanted)

    outcomes = []
    for run_id, address in wanted.items():
        await pipeline.assert_made_once(run_id, mailed=True)
        outcome = (await pipeline.delivery(run_id))["status"]
        outcomes.append(outcome)
        mails = len(post.mails_to(address))
        assert (outcome, mails) in {
            (DeliveryStatus.SENT, 1),
            (DeliveryStatus.UNCERTAIN, 0),
            (DeliveryStatus.UNCERTAIN, 1),
        }
    print(f"{len(wanted)} reports, {outcomes.count(DeliveryStatus.UNCERTAIN)} uncertain")
