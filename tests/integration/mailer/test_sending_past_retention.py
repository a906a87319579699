"""A report past its retention, or deleted, while a mailer sends it: all is told as it went."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from services.scheduler.retention import expire_files
from shared import runs
from shared.blobs import BlobStore, FolderBlobs
from shared.settings import ServiceSettings
from shared.states import ArtifactStatus, DeliveryStatus
from shared.store import tables
from shared.store.engine import Store
from tests.mailing import Mailing, Post, mailing
from tests.pipeline import Pipeline
from tests.smtp_server import Script, SmtpServer


async def make_old(admin: AsyncEngine, run_id: UUID) -> None:
    async with admin.begin() as connection:
        await connection.execute(
            update(tables.runs)
            .where(tables.runs.c.id == run_id)
            .values(completed_at=func.now() - text("interval '91 days'"))
        )


@asynccontextmanager
async def in_the_middle(
    made: Mailing, server: SmtpServer, run_id: UUID
) -> AsyncIterator[asyncio.Task[object]]:
    """The mail is being sent for the block, and its server answers at its end."""
    attempt = asyncio.create_task(made.attempt(run_id))
    async with asyncio.timeout(30):
        while not server.hanging:
            await asyncio.sleep(0.02)
    yield attempt
    server.silence.set()
    await attempt


@pytest.mark.parametrize("moment", ["RCPT", "dot"])
async def test_the_files_wait_until_what_is_on_its_way_has_ended_and_then_nothing_is_left(
    moment: str, post: Post, pipeline: Pipeline, store: Store, admin: AsyncEngine, blobs: BlobStore
) -> None:
    script = Script(hang="RCPT" if moment == "RCPT" else "dot")
    async with post(script, smtp_timeout_seconds=60, smtp_final_timeout_seconds=60) as (
        made,
        server,
    ):
        run_id = await made.completed("someone@example.com")
        async with in_the_middle(made, server, run_id):
            await make_old(admin, run_id)
            before = made.pipeline.files(run_id)
            await expire_files(store, blobs, lease_seconds=0)
            meanwhile = made.pipeline.files(run_id)
            artifacts = await made.pipeline.artifacts(run_id)
        delivery = await made.pipeline.delivery(run_id)
        (mail,) = server.received
    assert meanwhile == before != set()
    assert {row["status"] for row in artifacts.values()} == {ArtifactStatus.EXPIRED}
    assert delivery["status"] == DeliveryStatus.SENT, delivery["answer"]
    assert b"JVBERi0xLjcgZm9ydHktZml2ZQ" in mail.content, "the PDF came with it"

    await expire_files(store, blobs, lease_seconds=0)
    assert made.pipeline.files(run_id) == set()
    (attempt,) = await made.pipeline.attempts(run_id)
    assert attempt["content_head"] is None, "it names the recipient"
    assert attempt["content_sha256"] is not None


class Paused(FolderBlobs):
    """A storage whose mailer is paused where it has written a letter and not stored it yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()

    async def put_new(self, key: str, content: bytes) -> bool:
        if "letter" in key:
            self.reached.set()
            await self.go_on.wait()
        return await super().put_new(key, content)


async def test_a_mailer_paused_past_its_lease_sends_nothing_and_what_it_stores_goes_as_well(
    infra: LocalInfrastructure,
    pipeline: Pipeline,
    store: Store,
    admin: AsyncEngine,
    blobs: BlobStore,
    settings: ServiceSettings,
) -> None:
    paused = Paused(Path(infra.places.blobs))
    async with (
        SmtpServer() as server,
        mailing(server.port, pipeline, store, admin, paused, settings) as made,
    ):
        run_id = await made.completed("someone@example.com")
        attempt = asyncio.create_task(made.attempt(run_id))
        await asyncio.wait_for(paused.reached.wait(), 30)
        await make_old(admin, run_id)
        async with admin.begin() as connection:
            of_it = tables.deliveries.c.run_id == run_id
            await connection.execute(
                update(tables.deliveries).where(of_it).values(lease_until=func.now())
            )
        await expire_files(store, blobs, lease_seconds=0)
        assert pipeline.files(run_id) == set()
        paused.go_on.set()
        await attempt
    assert server.received == []
    assert (await pipeline.delivery(run_id))["status"] == DeliveryStatus.PENDING
    (letter,) = pipeline.files(run_id)
    assert "letter" in letter

    await expire_files(store, blobs, lease_seconds=0)
    assert pipeline.files(run_id) == set()


async def test_what_was_begun_before_a_report_was_deleted_is_told_as_it_went(
    post: Post, pipeline: Pipeline, store: Store
) -> None:
    """One is on its way, of the other nothing was begun."""
    async with post(Script(hang="RCPT"), smtp_timeout_seconds=60) as (made, server):
        run_id = await made.completed("someone@example.com")
        async with in_the_middle(made, server, run_id):
            waiting = await made.completed("other@example.com")
            async with store.tenant(pipeline.tenant.id) as connection:
                for deleted in (run_id, waiting):
                    await runs.cancel_deliveries(connection, deleted)
            assert (await pipeline.delivery(run_id))["status"] == DeliveryStatus.PENDING
        assert [mail.recipients for mail in server.received] == [("someone@example.com",)]
    assert (await pipeline.delivery(run_id))["status"] == DeliveryStatus.SENT
    assert (await pipeline.delivery(waiting))["status"] == DeliveryStatus.CANCELLED
