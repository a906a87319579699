"""A mailer killed while it delivers to a destination: another does it again, and nobody sees."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncssh

from deploy.local.infrastructure import LocalInfrastructure
from shared.run_requests import Recipient
from shared.states import DeliveryStatus
from tests.api_client import client
from tests.faults.mortal_fleet import MortalFleet
from tests.http_receiver import HttpReceiver, Reply
from tests.pipeline import Pipeline
from tests.sftp_server import sftp_server

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()


async def saved(
    infra: LocalInfrastructure,
    fleet: MortalFleet,
    pipeline: Pipeline,
    channel: str,
    **settings: Any,
) -> None:
    async with client(infra, fleet["api"].url, pipeline.tenant.slug) as ada:
        body = {"name": "there", "channel": channel, "settings": settings}
        answer = await ada.post("/destinations", json=body)
        assert answer.status_code == 201, answer.text


async def ensure_sent_once_after_all(pipeline: Pipeline, run_id: UUID) -> None:
    """By the last attempt; those before it were cut off, and nothing is uncertain."""
    await pipeline.until_settled(run_id)
    delivery = await pipeline.delivery(run_id)
    assert delivery["status"] == DeliveryStatus.SENT, delivery["answer"]
    outcomes = [attempt["outcome"] for attempt in await pipeline.attempts(run_id)]
    assert len(outcomes) >= 2
    assert (set(outcomes[:-1]), outcomes[-1]) == ({None}, "sent")
    assert (await pipeline.announced(run_id))["report.delivered.v1"] == 1


async def test_a_webhook_that_was_taken_and_not_written_down_is_told_again_under_its_id(
    fleet: MortalFleet, pipeline: Pipeline, infra: LocalInfrastructure
) -> None:
    async with HttpReceiver(lambda request: Reply(204)) as server:
        await saved(infra, fleet, pipeline, "webhook", url=f"{server.url}/hook", secret=SECRET)
        doomed = fleet.doom("mailer", "before commit", "report.delivered.v1")
        run_id = await pipeline.request(Recipient("webhook", "there"))
        await asyncio.to_thread(doomed.wait_for_end)
        fleet.spare("mailer")
        fleet.start("mailer", wait=False)
        await ensure_sent_once_after_all(pipeline, run_id)
    delivery = await pipeline.delivery(run_id)
    assert len(server.received) >= 2
    assert {one.headers["webhook-id"] for one in server.received} == {str(delivery["id"])}


class _Slow(asyncssh.SFTPServer):
    """Takes its time with the first octets, until somebody has been killed."""

    go_on = asyncio.Event()
    reached = asyncio.Event()

    def write(self, file_obj: object, offset: int, data: bytes) -> int | Awaitable[int]:
        return self._written(file_obj, offset, data)

    async def _written(self, file_obj: object, offset: int, data: bytes) -> int:
        self.reached.set()
        await self.go_on.wait()
        written = super().write(file_obj, offset, data)
        return written if isinstance(written, int) else await written


async def test_an_upload_that_was_cut_off_is_made_whole_by_the_next_mailer(
    fleet: MortalFleet, pipeline: Pipeline, infra: LocalInfrastructure, tmp_path: Path
) -> None:
    _Slow.go_on, _Slow.reached = asyncio.Event(), asyncio.Event()
    async with sftp_server(tmp_path / "far", _Slow) as server:
        await saved(
            infra,
            fleet,
            pipeline,
            "sftp",
            **server.settings,
            key="{run}.{format}",
        )
        run_id = await pipeline.request(Recipient("sftp", "there"))
        await asyncio.wait_for(_Slow.reached.wait(), 60)
        await asyncio.to_thread(fleet["mailer"].kill)
        half = set(server.files())
        _Slow.go_on.set()
        fleet.start("mailer", wait=False)
        await ensure_sent_once_after_all(pipeline, run_id)
        arrived = server.files()
    # While it lay there half, nobody could take it for the file.
    assert all(name.startswith(".") for name in half)
    artifact = (await pipeline.artifacts(run_id))["csv"]
    assert {name: len(content) for name, content in arrived.items()} == {
        f"{run_id}.csv": artifact["size"]
    }
