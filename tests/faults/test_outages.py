"""The broker or the database goes away under load and comes back: what was accepted is made."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from uuid import UUID

import httpx
import pytest

from deploy.local.infrastructure import LocalInfrastructure
from shared.states import DeliveryStatus
from tests.api_client import body, client
from tests.faults.mortal_fleet import MortalFleet
from tests.pipeline import Pipeline
from tests.post_office import PostOffice

REQUESTS = 60
SPREAD_SECONDS = 4.0


async def _ask_all_the_while(
    infra: LocalInfrastructure, fleet: MortalFleet, pipeline: Pipeline
) -> dict[UUID, str]:
    """The runs accepted (202) and where each was to be mailed; refusals are not counted."""
    accepted: dict[UUID, str] = {}

    async def ask(api: httpx.AsyncClient, number: int) -> None:
        await asyncio.sleep(number * SPREAD_SECONDS / REQUESTS)
        address = f"{number}@{pipeline.tenant.slug}.example.com"
        try:
            answer = await api.post("/reports", json=body(address))
        except httpx.TransportError:
            return
        if answer.status_code == 202:
            accepted[UUID(answer.json()["id"])] = address

    async with client(infra, fleet["api"].url, pipeline.tenant.slug) as api:
        await asyncio.gather(*(ask(api, number) for number in range(REQUESTS)))
    return accepted


async def _interrupted(
    infra: LocalInfrastructure,
    fleet: MortalFleet,
    pipeline: Pipeline,
    stop: Callable[[], None],
    start: Callable[[], None],
) -> dict[UUID, str]:
    asking = asyncio.create_task(_ask_all_the_while(infra, fleet, pipeline))
    await asyncio.sleep(1)
    await asyncio.to_thread(stop)
    await asyncio.sleep(1)
    await asyncio.to_thread(start)
    return await asking


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_everything_accepted_while_the_broker_was_away_is_made_and_mailed_once(
    how: str,
    infra: LocalInfrastructure,
    fleet: MortalFleet,
    pipeline: Pipeline,
    post: PostOffice,
) -> None:
    assert infra.broker is not None
    # On a busy machine two seconds are soon over, and a late mailer is uncertain for good.
    fleet.replace("mailer", {"BROADSHEET_LEASE_SECONDS": "15"})
    accepted = await _interrupted(
        infra, fleet, pipeline, getattr(infra.broker, how), infra.broker.start
    )
    assert len(accepted) == REQUESTS, "accepting needs no broker"

    began = time.monotonic()
    await pipeline.until_settled(*accepted)
    print(f"settled {time.monotonic() - began:.1f} s after the last request")

    for run_id, address in accepted.items():
        await pipeline.assert_made_once(run_id, mailed=True)
        assert (await pipeline.delivery(run_id))["status"] == DeliveryStatus.SENT
        assert len(post.mails_to(address)) == 1
    assert len(await pipeline.runs()) == len(accepted)
    for process in fleet:
        process.wait_until_ready()


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_everything_accepted_around_a_restart_of_the_database_is_made_once(
    how: str,
    infra: LocalInfrastructure,
    fleet: MortalFleet,
    pipeline: Pipeline,
    post: PostOffice,
) -> None:
    assert infra.database is not None
    parked = len(await pipeline.dead_letters())
    accepted = await _interrupted(
        infra, fleet, pipeline, getattr(infra.database, how), infra.database.start
    )
    assert accepted

    await pipeline.until_settled(*accepted)

    outcomes = set()
    for run_id, address in accepted.items():
        await pipeline.assert_made_once(run_id, mailed=True)
        outcome = (await pipeline.delivery(run_id))["status"]
        outcomes.add(outcome)
        # Cut off by the database at the very moment of sending, it may be uncertain.
        assert outcome in (DeliveryStatus.SENT, DeliveryStatus.UNCERTAIN)
        assert len(post.mails_to(address)) <= 1
        assert outcome == DeliveryStatus.UNCERTAIN or len(post.mails_to(address)) == 1
    assert DeliveryStatus.SENT in outcomes
    assert len(await pipeline.dead_letters()) == parked
    for process in fleet:
        process.wait_until_ready()
