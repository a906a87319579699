"""Leases: one winner, who writes only while it is one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from shared import runs
from shared.events import ReportRequested
from shared.lease import Lease, LeaseLostError, lease_end
from shared.runs import Run
from shared.settings import ServiceSettings
from shared.stage import AGGREGATE, Finish, StageWorker
from shared.states import RunStatus
from shared.store import tables
from shared.store.engine import Store
from tests.pipeline import Pipeline
from tests.tenants import Tenant


@pytest.fixture
def pipeline(
    tenant: Tenant, store: Store, admin: AsyncEngine, infra: LocalInfrastructure
) -> Pipeline:
    return Pipeline(tenant, store, admin, Path(infra.places.blobs))


async def _held(store: Store, pipeline: Pipeline, seconds: float) -> tuple[UUID, Lease]:
    run_id, token = await pipeline.request(), uuid4()
    async with store.tenant(pipeline.tenant.id) as connection:
        await connection.execute(
            update(tables.runs)
            .where(tables.runs.c.id == run_id)
            .values(status="aggregating", lease_token=token, lease_until=lease_end(seconds))
        )
    return run_id, Lease(store, tables.runs, run_id, pipeline.tenant.id, token, seconds)


async def test_the_holder_of_a_lease_writes(store: Store, pipeline: Pipeline) -> None:
    run_id, lease = await _held(store, pipeline, 5)
    async with store.tenant(pipeline.tenant.id) as connection:
        await lease.write(connection, snapshot_rows=7)
    assert (await pipeline.run(run_id))["snapshot_rows"] == 7


async def test_a_lease_that_has_ended_writes_nothing_although_nobody_else_has_it(
    store: Store, pipeline: Pipeline
) -> None:
    run_id, lease = await _held(store, pipeline, 0.2)
    await asyncio.sleep(0.4)
    with pytest.raises(LeaseLostError):
        async with store.tenant(pipeline.tenant.id) as connection:
            await connection.execute(
                text("UPDATE runs SET error = '{}' WHERE id = :id"), {"id": run_id}
            )
            await lease.write(connection, snapshot_rows=7)
    run = await pipeline.run(run_id)
    assert run["snapshot_rows"] is None
    assert run["error"] is None, "what was written beside it is rolled back too"


async def test_another_holder_ends_the_first_ones_work_at_its_next_heartbeat(
    store: Store, pipeline: Pipeline
) -> None:
    run_id, lease = await _held(store, pipeline, 0.6)

    async def work() -> None:
        async with lease.kept_alive():
            await asyncio.sleep(30)

    working = asyncio.create_task(work())
    await asyncio.sleep(0.1)
    async with store.tenant(pipeline.tenant.id) as connection:
        await connection.execute(
            update(tables.runs).where(tables.runs.c.id == run_id).values(lease_token=uuid4())
        )
    with pytest.raises(LeaseLostError):
        await asyncio.wait_for(working, 5)


async def test_a_lease_lasts_as_long_as_its_work(store: Store, pipeline: Pipeline) -> None:
    _, lease = await _held(store, pipeline, 0.9)
    async with lease.kept_alive():
        await asyncio.sleep(2)
    async with store.tenant(pipeline.tenant.id) as connection:
        await lease.write(connection, snapshot_rows=7)


async def test_of_many_workers_that_get_the_same_event_one_works(
    store: Store, settings: ServiceSettings, pipeline: Pipeline
) -> None:
    run_id = await pipeline.request()
    worked: list[int] = []

    async def attempt(number: int) -> None:
        async def work(run: Run, read: object, lease: Lease) -> Finish:
            worked.append(number)
            await asyncio.sleep(0.3)

            async def finish(connection: object, run: Run) -> dict[str, object]:
                return {"snapshot_rows": number}

            return finish

        worker = StageWorker(AGGREGATE, store, settings, service="tests", owner=f"tests-{number}")
        await worker.run(await _requested(pipeline, run_id), work)

    await asyncio.gather(*(attempt(number) for number in range(8)))

    run = await pipeline.run(run_id)
    assert run["status"] == RunStatus.AGGREGATED
    assert [run["snapshot_rows"]] == worked
    assert run["lease_token"] is None

    await attempt(99)  # the same event once more
    assert len(worked) == 1


async def test_a_stage_that_was_cancelled_meanwhile_leaves_the_run_cancelled(
    store: Store, settings: ServiceSettings, pipeline: Pipeline
) -> None:
    run_id = await pipeline.request()

    async def work(run: Run, read: object, lease: Lease) -> Finish:
        async with store.tenant(pipeline.tenant.id) as connection:
            assert await runs.cancel(connection, run, service="api")

        async def finish(connection: object, run: Run) -> dict[str, object]:
            return {"snapshot_rows": 1}

        return finish

    worker = StageWorker(AGGREGATE, store, settings, service="tests", owner="tests")
    await worker.run(await _requested(pipeline, run_id), work)

    run = await pipeline.run(run_id)
    assert run["status"] == RunStatus.CANCELLED
    assert run["snapshot_rows"] is None
    assert "report.aggregated.v1" not in await pipeline.announced(run_id)


async def test_a_bug_in_a_stage_is_tried_again_and_then_fails_the_run_with_its_words(
    store: Store, settings: ServiceSettings, pipeline: Pipeline
) -> None:
    run_id = await pipeline.request()
    settings = settings.model_copy(update={"max_attempts": 2})

    async def work(run: Run, read: object, lease: Lease) -> Finish:
        raise ZeroDivisionError("a figure by nothing")

    worker = StageWorker(AGGREGATE, store, settings, service="tests", owner="tests")
    await worker.run(await _requested(pipeline, run_id), work)
    assert (await pipeline.run(run_id))["status"] == RunStatus.REQUESTED
    await worker.run(await _requested(pipeline, run_id), work)

    run = await pipeline.run(run_id)
    assert run["status"] == RunStatus.FAILED
    assert run["error"]["code"] == "internal_error"
    assert "a figure by nothing" in run["error"]["message"]


async def _requested(pipeline: Pipeline, run_id: UUID) -> ReportRequested:
    return Run.of(await pipeline.run(run_id)).requested()
