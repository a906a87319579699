"""SIGTERM: what is under way is finished or handed back, and the process ends within 10 s."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from shared.states import DeliveryStatus, Lane, RunStatus
from tests.api_client import client
from tests.faults.mortal_fleet import MortalFleet
from tests.pipeline import Pipeline
from tests.post_office import PostOffice
from tests.processes import SERVICES
from tests.smtp_server import Script

PROMISED_SECONDS = 10.0
HASTY = {"BROADSHEET_SHUTDOWN_GRACE_SECONDS": "2"}
"""Where it is not the usual grace that is looked at."""
SlowSource = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
def slow_source(admin: AsyncEngine) -> SlowSource:
    """While the block lasts, every query of the source waits."""

    @asynccontextmanager
    async def locked() -> AsyncIterator[None]:
        async with admin.begin() as connection:
            await connection.execute(text("LOCK TABLE studio.characters IN ACCESS EXCLUSIVE MODE"))
            yield

    return locked


async def test_a_stage_that_can_finish_is_finished_by_the_process_that_was_told_to_stop(
    fleet: MortalFleet, pipeline: Pipeline, slow_source: SlowSource
) -> None:
    aggregator = fleet["aggregator"]
    async with slow_source():
        run_id = await pipeline.request()
        await pipeline.until_status(run_id, RunStatus.AGGREGATING)
        aggregator.ask_to_stop()
        await asyncio.sleep(1)
        assert aggregator.runs
    await asyncio.to_thread(aggregator.wait_for_end, PROMISED_SECONDS)

    await pipeline.until_settled(run_id)
    await pipeline.assert_made_once(run_id)
    assert all(row["attempt"] == 1 for row in await pipeline.timeline(run_id))
    assert "retry" not in {row["stage"] for row in await pipeline.timeline(run_id)}


async def test_a_stage_that_cannot_finish_is_handed_back_and_done_by_another(
    fleet: MortalFleet, pipeline: Pipeline, slow_source: SlowSource
) -> None:
    aggregator = fleet["aggregator"]
    async with slow_source():
        run_ids = [await pipeline.request(lane=lane) for lane in Lane]
        for run_id in run_ids:
            await pipeline.until_status(run_id, RunStatus.AGGREGATING)
        took = await asyncio.to_thread(aggregator.stop)
        for run_id in run_ids:
            run = await pipeline.run(run_id)
            assert run["status"] == RunStatus.REQUESTED, "handed back, not left to the reaper"
            assert run["lease_token"] is None
            assert run["attempt"] == 0, "being stopped is no failed attempt"
    assert took < PROMISED_SECONDS
    fleet.start("aggregator")

    await pipeline.until_settled(*run_ids)
    for run_id in run_ids:
        await pipeline.assert_made_once(run_id)


async def test_a_renderer_stopped_in_the_middle_of_a_pdf_hands_it_to_another(
    fleet: MortalFleet, pipeline: Pipeline
) -> None:
    warm = await pipeline.request(formats=("pdf",))
    await pipeline.until_settled(warm)
    renderer = fleet["renderer"]
    children = psutil.Process(renderer.pid).children(recursive=True)
    assert children
    for child in children:
        os.kill(child.pid, signal.SIGSTOP)
    run_id = await pipeline.request(formats=("pdf",))
    await pipeline.until_status(run_id, RunStatus.RENDERING)

    took = await asyncio.to_thread(renderer.stop)

    assert took < PROMISED_SECONDS
    assert (await pipeline.run(run_id))["status"] == RunStatus.AGGREGATED
    assert all(row["published_at"] for row in await pipeline.outbox(run_id)), "others know of it"
    assert not any(child.is_running() for child in children), "no child is left behind"
    fleet.start("renderer")
    await pipeline.until_settled(run_id)
    await pipeline.assert_made_once(run_id)


@pytest.mark.parametrize(
    ("moment", "outcome", "mails"),
    [("MAIL", DeliveryStatus.SENT, 1), ("dot", DeliveryStatus.UNCERTAIN, 1)],
)
async def test_a_mailer_stopped_while_the_server_is_slow_says_what_it_knows(
    moment: str,
    outcome: DeliveryStatus,
    mails: int,
    fleet: MortalFleet,
    pipeline: Pipeline,
    post: PostOffice,
) -> None:
    fleet.replace("mailer", HASTY)
    address = f"{pipeline.tenant.slug}@example.com"
    with post.misbehaving(Script(hang=moment)):  # type: ignore[arg-type]
        run_id = await pipeline.request(address)

        async def under_way() -> bool:
            delivery = await pipeline.delivery(run_id)
            return delivery["lease_token"] is not None and (
                moment == "MAIL" or bool(post.mails_to(address))
            )

        await pipeline.until(under_way, "the mail is under way")
        took = await asyncio.to_thread(fleet["mailer"].stop)
        assert took < PROMISED_SECONDS
        delivery = await pipeline.delivery(run_id)
        assert delivery["lease_token"] is None
        expected = DeliveryStatus.PENDING if moment == "MAIL" else DeliveryStatus.UNCERTAIN
        assert delivery["status"] == expected
    fleet.start("mailer")

    await pipeline.until_settled(run_id)
    await asyncio.sleep(0.5)
    assert (await pipeline.delivery(run_id))["status"] == outcome
    assert len(post.mails_to(address)) == mails


async def test_an_api_with_an_open_stream_ends_in_time(
    fleet: MortalFleet, pipeline: Pipeline, infra: LocalInfrastructure, slow_source: SlowSource
) -> None:
    async with slow_source(), client(infra, fleet["api"].url, pipeline.tenant.slug) as api:
        run_id = await pipeline.request()
        async with api.stream("GET", f"/reports/{run_id}/events") as stream:
            assert stream.status_code == 200
            took = await asyncio.to_thread(fleet["api"].stop)
            with contextlib.suppress(httpx.TransportError):
                await stream.aread()
    assert took < PROMISED_SECONDS


async def test_every_process_ends_in_time_while_the_broker_is_away(
    fleet: MortalFleet, pipeline: Pipeline, infra: LocalInfrastructure
) -> None:
    assert infra.broker is not None
    await asyncio.to_thread(infra.broker.stop)
    try:
        run_id = await pipeline.request()
        took = await asyncio.gather(
            *(asyncio.to_thread(fleet[service].stop) for service in SERVICES)
        )
        assert max(took) < PROMISED_SECONDS
    finally:
        await asyncio.to_thread(infra.broker.start)
    fleet.restore()
    await pipeline.until_settled(run_id)


async def test_every_process_ends_in_time_while_the_database_is_away(
    fleet: MortalFleet, pipeline: Pipeline, infra: LocalInfrastructure, slow_source: SlowSource
) -> None:
    assert infra.database is not None
    run_id = await pipeline.request()
    await asyncio.to_thread(infra.database.stop)
    try:
        await asyncio.sleep(0.5)
        took = await asyncio.gather(
            *(asyncio.to_thread(fleet[service].stop) for service in SERVICES)
        )
        assert max(took) < PROMISED_SECONDS
    finally:
        await asyncio.to_thread(infra.database.start)
    fleet.restore()
    await pipeline.until_settled(run_id)
    await pipeline.assert_made_once(run_id)


async def test_services_started_before_broker_and_database_wait_for_them(
    fleet: MortalFleet, pipeline: Pipeline, infra: LocalInfrastructure
) -> None:
    assert infra.broker is not None
    assert infra.database is not None
    for service in SERVICES:
        fleet[service].kill()
    await asyncio.to_thread(infra.broker.stop)
    await asyncio.to_thread(infra.database.stop)
    try:
        for service in SERVICES:
            fleet.start(service, wait=False)
        await asyncio.sleep(2)
        assert all(fleet[service].runs for service in SERVICES)
    finally:
        await asyncio.to_thread(infra.database.start)
        await asyncio.to_thread(infra.broker.start)
    for service in SERVICES:
        fleet[service].wait_until_ready()
    run_id = await pipeline.request()
    await pipeline.until_settled(run_id)
    await pipeline.assert_made_once(run_id)
