"""SIGSTOP past the lease, somebody else does the work, SIGCONT: the late one writes nothing."""

from __future__ import annotations

import asyncio
import os
import signal

import psutil
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.states import DeliveryStatus, RunStatus
from tests.faults.mortal_fleet import MortalFleet
from tests.pipeline import Pipeline
from tests.post_office import PostOffice
from tests.smtp_server import Script


async def test_a_late_aggregator_writes_nothing(
    fleet: MortalFleet, pipeline: Pipeline, admin: AsyncEngine
) -> None:
    late = fleet["aggregator"]
    async with admin.begin() as connection:
        await connection.execute(text("LOCK TABLE studio.characters IN ACCESS EXCLUSIVE MODE"))
        run_id = await pipeline.request()
        await pipeline.until_status(run_id, RunStatus.AGGREGATING)
        await asyncio.sleep(0.3)
        late.pause()
    fleet.start("aggregator")
    await pipeline.until_settled(run_id)
    await pipeline.assert_made_once(run_id)
    await asyncio.sleep(0.5)
    before = await pipeline.everything(run_id)

    late.resume()
    await asyncio.sleep(2.5)

    assert await pipeline.everything(run_id) == before
    assert "lease lost" in late.log.read_text()
    late.wait_until_ready()


async def test_a_late_renderer_writes_nothing(fleet: MortalFleet, pipeline: Pipeline) -> None:
    warm = await pipeline.request(formats=("pdf",))
    await pipeline.until_settled(warm)
    late = fleet["renderer"]
    children = psutil.Process(late.pid).children(recursive=True)
    for child in children:
        os.kill(child.pid, signal.SIGSTOP)
    run_id = await pipeline.request(formats=("csv", "pdf"))
    await pipeline.until_status(run_id, RunStatus.RENDERING)
    await asyncio.sleep(0.3)
    late.pause()
    fleet.start("renderer")
    await pipeline.until_settled(run_id)
    await pipeline.assert_made_once(run_id)
    await asyncio.sleep(0.5)
    before = await pipeline.everything(run_id)

    for child in children:
        os.kill(child.pid, signal.SIGCONT)
    late.resume()
    await asyncio.sleep(2.5)

    assert await pipeline.everything(run_id) == before
    assert "lease lost" in late.log.read_text()


async def test_a_late_mailer_does_not_send_what_another_has_sent(
    fleet: MortalFleet, pipeline: Pipeline, post: PostOffice
) -> None:
    address = f"{pipeline.tenant.slug}@example.com"
    late = fleet["mailer"]

    with post.misbehaving(Script(hang="RCPT"), hang_up=False) as server:
        run_id = await pipeline.request(address)

        async def under_way() -> bool:
            return (await pipeline.delivery(run_id))["lease_token"] is not None

        await pipeline.until(under_way, "the mail is under way")
        await asyncio.sleep(0.3)
        late.pause()
    fleet.start("mailer")
    await pipeline.until_settled(run_id)
    assert len(post.mails_to(address)) == 1
    await asyncio.sleep(0.5)
    before = await pipeline.everything(run_id)

    server.go_on()  # the late mailer's server answers at last
    late.resume()
    await asyncio.sleep(2.5)

    assert await pipeline.everything(run_id) == before
    assert (await pipeline.delivery(run_id))["status"] == DeliveryStatus.SENT
    assert len(post.mails_to(address)) == 1
    assert "lease lost" in late.log.read_text()
