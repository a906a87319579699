"""Further formats while workers die: one artifact each, and the run stays as it was."""

from __future__ import annotations

import asyncio
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from shared.states import ArtifactStatus, Lane, RunStatus
from shared.store import tables
from shared.topology import DELIVERY_LIMIT, FORMAT_RENDERER
from tests.api_client import client
from tests.faults.mortal_fleet import MortalFleet
from tests.faults.mortal_service import Moment
from tests.messages import Messages
from tests.pipeline import Pipeline
from tests.post_office import PostOffice

CRASHES = [
    ("after commit", "claim"),
    ("before commit", "report.format_rendered.v1"),
    ("before ack", "report.format_requested.v1"),
    *(
        pytest.param(*point, marks=pytest.mark.long)
        for point in (
            ("before commit", "claim"),
            ("after commit", "report.format_rendered.v1"),
            ("after publish", "report.format_rendered.v1"),
        )
    ),
]


@pytest.mark.parametrize(("moment", "mark"), CRASHES)
async def test_a_killed_renderer_makes_a_further_format_once(
    moment: Moment,
    mark: str,
    fleet: MortalFleet,
    pipeline: Pipeline,
    infra: LocalInfrastructure,
    post: PostOffice,
) -> None:
    address = f"{pipeline.tenant.slug}@example.com"
    run_id = await pipeline.request(address)
    await pipeline.until_settled(run_id)
    before = dict(await pipeline.run(run_id))
    doomed = fleet.doom("renderer", moment, mark)
    if moment == "after publish":
        fleet["scheduler"].pause()  # or its sweep might publish what the doomed one should

    async with client(infra, fleet["api"].url, pipeline.tenant.slug) as api:
        # Twice: they ask for one and the same.
        answers = await asyncio.gather(*(_add(api, run_id) for _ in range(2)))
    assert {answer.status_code for answer in answers} <= {200, 202}
    await asyncio.to_thread(doomed.wait_for_end, 30)
    fleet["scheduler"].resume()
    fleet.spare("renderer")
    fleet.start("renderer", wait=False)

    async def made() -> bool:
        artifact = (await pipeline.artifacts(run_id))["json"]
        announced = await pipeline.announced(run_id)
        return (
            artifact["status"] == ArtifactStatus.RENDERED
            and announced["report.format_rendered.v1"] == 1
        )

    await pipeline.until(made, "the further format is made and told once")
    artifact = (await pipeline.artifacts(run_id))["json"]
    assert artifact["lease_token"] is None
    assert artifact["rows"] == (await pipeline.artifacts(run_id))["csv"]["rows"]
    assert sum(name.endswith("json.json") for name in pipeline.files(run_id)) == 1
    assert dict(await pipeline.run(run_id)) == before
    announced = await pipeline.announced(run_id)
    assert announced["report.format_requested.v1"] == 1
    assert announced["report.rendered.v1"] == 1
    stages = [row["stage"] for row in await pipeline.timeline(run_id)]
    assert stages.count("format_rendered") == 1
    assert len(post.mails_to(address)) == 1


async def test_a_snapshot_that_is_damaged_fails_the_format_and_not_the_run(
    fleet: MortalFleet, pipeline: Pipeline, infra: LocalInfrastructure, admin: AsyncEngine
) -> None:
    run_id = await pipeline.request()
    await pipeline.until_settled(run_id)
    async with admin.begin() as connection:
        await connection.execute(
            update(tables.runs).where(tables.runs.c.id == run_id).values(snapshot_sha256="0" * 64)
        )
    async with client(infra, fleet["api"].url, pipeline.tenant.slug) as api:
        view = (await _add(api, run_id, Prefer="wait=20")).json()
    assert view["status"] == "completed"
    failed = next(one for one in view["artifacts"] if one["format"] == "json")
    assert (failed["status"], failed["error"]["code"]) == ("failed", "snapshot_damaged")
    assert (await pipeline.announced(run_id))["report.format_failed.v1"] == 1


async def test_a_message_that_takes_the_renderer_down_every_time_fails_its_format(
    fleet: MortalFleet, pipeline: Pipeline, infra: LocalInfrastructure, broker: Messages
) -> None:
    run_id = await pipeline.request()
    await pipeline.until_settled(run_id)
    await asyncio.to_thread(fleet["renderer"].stop)
    async with client(infra, fleet["api"].url, pipeline.tenant.slug) as api:
        await _add(api, run_id)
    for _ in range(DELIVERY_LIMIT + 1):
        await broker.kill_a_consumer_with(FORMAT_RENDERER.queue_name(Lane.INTERACTIVE))

    async def failed() -> bool:
        return bool((await pipeline.artifacts(run_id))["json"]["status"] == ArtifactStatus.FAILED)

    await pipeline.until(failed, "the format failed")
    assert (await pipeline.artifacts(run_id))["json"]["error"]["code"] == "message_parked"
    assert (await pipeline.run(run_id))["status"] == RunStatus.COMPLETED
    assert (await pipeline.announced(run_id))["report.format_failed.v1"] == 1


async def _add(api: httpx.AsyncClient, run_id: UUID, **headers: str) -> httpx.Response:
    return await api.post(f"/reports/{run_id}/render", json={"formats": ["json"]}, headers=headers)
