"""Sources that are away or wrong, and a disk that takes nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from shared.states import DeliveryStatus, RunStatus
from shared.store import tables
from tests.faults.mortal_fleet import MortalFleet
from tests.messages import Messages, Overheard
from tests.pipeline import Pipeline
from tests.processes import free_port

SOURCE = "BROADSHEET_SOURCE_STUDIO_URL"


@asynccontextmanager
async def forwarding(port: int, to: str) -> AsyncIterator[None]:
    """A way from the port to the database of the URL, for as long as the block lasts."""
    target = urlsplit(to)

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward = await asyncio.open_connection(target.hostname, target.port)
        await asyncio.gather(copy(reader, onward[1]), copy(onward[0], writer))

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()


def through(port: int, url: str) -> str:
    """The URL with another port."""
    parts = urlsplit(url)
    return url.replace(f":{parts.port}/", f":{port}/")


async def test_a_report_whose_source_is_away_is_made_when_it_is_back(
    fleet: MortalFleet, pipeline: Pipeline, infra: LocalInfrastructure
) -> None:
    port = free_port()
    fleet.replace("aggregator", {SOURCE: through(port, infra.source_url)})
    run_id = await pipeline.request()

    async def tried_twice() -> bool:
        stages = [row["stage"] for row in await pipeline.timeline(run_id)]
        return stages.count("retry") >= 2

    await pipeline.until(tried_twice, "it was tried twice")
    async with forwarding(port, infra.source_url):
        await pipeline.until_settled(run_id)
    fleet["aggregator"].kill()

    await pipeline.assert_made_once(run_id)
    retries = [row for row in await pipeline.timeline(run_id) if row["stage"] == "retry"]
    assert all("source_unavailable" in row["detail"] for row in retries)
    pauses = [
        row["available_at"] - row["created_at"]
        for row in await pipeline.outbox(run_id)
        if row["exchange"] == ""
    ]
    assert pauses[1] > pauses[0], "each pause is longer than the one before"


async def test_a_report_whose_source_stays_away_fails_after_its_attempts_and_says_so(
    fleet: MortalFleet, pipeline: Pipeline, infra: LocalInfrastructure, broker: Messages
) -> None:
    overheard = await broker.overhear("report.failed.#")
    fleet.replace(
        "aggregator",
        {SOURCE: through(free_port(), infra.source_url), "BROADSHEET_MAX_ATTEMPTS": "2"},
    )
    run_id = await pipeline.request(f"{pipeline.tenant.slug}@example.com")

    await pipeline.until_settled(run_id)

    run = await pipeline.run(run_id)
    assert run["status"] == RunStatus.FAILED
    assert run["error"]["code"] == "source_unavailable"
    assert "tried 2 times" in run["error"]["message"]
    assert (await pipeline.delivery(run_id))["status"] == DeliveryStatus.CANCELLED
    await _told_once(pipeline, overheard, run_id)


async def test_a_report_whose_source_lacks_the_tables_fails_at_once(
    fleet: MortalFleet, pipeline: Pipeline, admin: AsyncEngine, broker: Messages
) -> None:
    overheard = await broker.overhear("report.failed.#")
    async with admin.begin() as connection:
        await connection.execute(
            update(tables.sources)
            .where(tables.sources.c.tenant_id == pipeline.tenant.id)
            .values(options={"search_path": "pg_temp"})
        )
    run_id = await pipeline.request()

    await pipeline.until_settled(run_id)

    run = await pipeline.run(run_id)
    assert run["status"] == RunStatus.FAILED
    assert run["error"]["code"] == "source_refused"
    assert "does not exist" in run["error"]["message"]
    assert "retry" not in {row["stage"] for row in await pipeline.timeline(run_id)}
    await _told_once(pipeline, overheard, run_id)


@pytest.mark.parametrize("stage", ["snapshot", "artifacts"])
async def test_a_report_that_cannot_be_stored_is_tried_again_until_it_can(
    stage: str, fleet: MortalFleet, pipeline: Pipeline, infra: LocalInfrastructure
) -> None:
    folder = infra.places.blobs
    aside = folder.with_name("aside")
    service = "aggregator" if stage == "snapshot" else "renderer"
    fleet[service].kill()
    run_id = await pipeline.request()
    if stage == "artifacts":
        await pipeline.until_status(run_id, RunStatus.AGGREGATED)
        # The artifact's place is taken by a folder: reading works, writing does not.
        blocked = folder / str(pipeline.tenant.id) / str(run_id) / "0"
        blocked.rename(blocked.with_name("aside"))
        blocked.write_bytes(b"")
    else:
        folder.rename(aside)
        folder.write_bytes(b"")  # no folder: nothing can be made in it, not even by root
    fleet.start(service, wait=False)

    async def retried() -> bool:
        return "retry" in {row["stage"] for row in await pipeline.timeline(run_id)}

    try:
        await pipeline.until(retried, "it is tried again")
    finally:
        if stage == "artifacts":
            blocked.unlink()
            blocked.with_name("aside").rename(blocked)
        else:
            folder.unlink()
            aside.rename(folder)
    await pipeline.until_settled(run_id)

    await pipeline.assert_made_once(run_id)
    (first, *_) = [row for row in await pipeline.timeline(run_id) if row["stage"] == "retry"]
    assert "storage_unavailable" in first["detail"]


async def _told_once(pipeline: Pipeline, overheard: Overheard, run_id: UUID) -> None:
    async def told() -> bool:
        return len(overheard.about(run_id, "report.failed.v1")) == 1

    await pipeline.until(told, "everyone is told that it failed")
