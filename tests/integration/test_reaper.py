"""What dead workers left is taken up; what they hold is left alone."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from services.scheduler.reaper import reap
from services.scheduler.settings import SchedulerSettings
from shared.lease import lease_end
from shared.settings import ServiceSettings
from shared.states import ArtifactStatus, DeliveryStatus, RunStatus
from shared.store import tables
from shared.store.engine import Store
from tests.pipeline import Pipeline


@pytest.fixture
def scheduler(settings: ServiceSettings) -> SchedulerSettings:
    return SchedulerSettings.model_validate(
        settings.model_dump() | {"max_attempts": 3, "delivery_max_cut_off": 3}
    )


async def _leased_run(
    admin: AsyncEngine, pipeline: Pipeline, seconds: float, attempt: int = 1
) -> UUID:
    run_id = await pipeline.request("someone@example.com")
    await _change(
        admin,
        tables.runs,
        run_id,
        status=RunStatus.AGGREGATING,
        attempt=attempt,
        lease_token=uuid4(),
        lease_owner="aggregator@dead:1",
        lease_until=lease_end(seconds),
    )
    return run_id


async def _leased_delivery(
    admin: AsyncEngine, pipeline: Pipeline, status: DeliveryStatus, cut_off: int = 0, **options: str
) -> UUID:
    run_id = await pipeline.request("someone@example.com")
    await _change(admin, tables.runs, run_id, status=RunStatus.COMPLETED, delivery_options=options)
    delivery = await pipeline.delivery(run_id)
    await _change(
        admin,
        tables.deliveries,
        delivery["id"],
        status=status,
        attempts=1,
        cut_off=cut_off,
        lease_token=uuid4(),
        lease_owner="mailer@dead:1",
        lease_until=lease_end(-1),
    )
    async with admin.begin() as connection:
        await connection.execute(
            insert(tables.delivery_attempts).values(
                tenant_id=pipeline.tenant.id, delivery_id=delivery["id"], number=1
            )
        )
    return run_id


async def _change(admin: AsyncEngine, table: Any, row_id: UUID, **values: Any) -> None:
    async with admin.begin() as connection:
        await connection.execute(update(table).where(table.c.id == row_id).values(**values))


async def test_a_run_whose_lease_ended_is_asked_for_again_once(
    store: Store, admin: AsyncEngine, pipeline: Pipeline, scheduler: SchedulerSettings
) -> None:
    run_id = await _leased_run(admin, pipeline, -1)
    await asyncio.gather(*(reap(store, scheduler) for _ in range(3)))
    run = await pipeline.run(run_id)
    assert (run["status"], run["lease_token"]) == (RunStatus.REQUESTED, None)
    again = [row for row in await pipeline.outbox(run_id) if row["exchange"] == ""]
    assert [row["routing_key"] for row in again] == ["broadsheet.aggregator.interactive"]
    first = next(row for row in await pipeline.outbox(run_id) if row["exchange"])
    assert again[0]["event_id"] == first["event_id"], "outsiders and inbox know it by its id"


async def test_a_run_that_is_worked_on_is_left_alone(
    store: Store, admin: AsyncEngine, pipeline: Pipeline, scheduler: SchedulerSettings
) -> None:
    run_id = await _leased_run(admin, pipeline, 30)
    before = await pipeline.everything(run_id)
    await reap(store, scheduler)
    assert await pipeline.everything(run_id) == before


async def test_a_run_that_has_lost_too_many_workers_fails_and_says_so(
    store: Store, admin: AsyncEngine, pipeline: Pipeline, scheduler: SchedulerSettings
) -> None:
    run_id = await _leased_run(admin, pipeline, -1, attempt=3)
    bystander = await pipeline.request()
    await reap(store, scheduler)
    assert (await pipeline.run(bystander))["status"] == RunStatus.REQUESTED
    assert len(await pipeline.outbox(bystander)) == 1
    run = await pipeline.run(run_id)
    assert run["status"] == RunStatus.FAILED
    assert run["error"]["code"] == "worker_lost"
    assert "aggregator@dead:1" in run["error"]["message"]
    assert (await pipeline.announced(run_id))["report.failed.v1"] == 1
    assert (await pipeline.delivery(run_id))["status"] == DeliveryStatus.CANCELLED


@pytest.mark.parametrize("status", [DeliveryStatus.PENDING, DeliveryStatus.DEFERRED])
async def test_a_delivery_cut_off_before_it_counted_is_tried_again(
    status: DeliveryStatus,
    store: Store,
    admin: AsyncEngine,
    pipeline: Pipeline,
    scheduler: SchedulerSettings,
) -> None:
    run_id = await _leased_delivery(admin, pipeline, status)
    await reap(store, scheduler)
    delivery = await pipeline.delivery(run_id)
    assert (delivery["status"], delivery["lease_token"]) == (status, None)
    again = [row["event_type"] for row in await pipeline.outbox(run_id) if row["exchange"] == ""]
    assert again == ["delivery.due.v1"]


async def test_a_delivery_that_has_lost_too_many_mailers_fails_and_says_so(
    store: Store, admin: AsyncEngine, pipeline: Pipeline, scheduler: SchedulerSettings
) -> None:
    run_id = await _leased_delivery(admin, pipeline, DeliveryStatus.PENDING, cut_off=2)
    await reap(store, scheduler)
    delivery = await pipeline.delivery(run_id)
    assert delivery["status"] == DeliveryStatus.FAILED
    assert "3 times in a row" in delivery["answer"]
    assert (await pipeline.announced(run_id))["report.delivery_failed.v1"] == 1


async def test_a_delivery_cut_off_while_sending_is_uncertain_and_not_tried_again(
    store: Store, admin: AsyncEngine, pipeline: Pipeline, scheduler: SchedulerSettings
) -> None:
    run_id = await _leased_delivery(admin, pipeline, DeliveryStatus.SENDING)
    await reap(store, scheduler)
    delivery = await pipeline.delivery(run_id)
    assert delivery["status"] == DeliveryStatus.UNCERTAIN
    assert delivery["finished_at"] is not None
    (attempt,) = await pipeline.attempts(run_id)
    assert (attempt["outcome"], attempt["finished_at"] is None) == ("uncertain", False)
    assert (await pipeline.announced(run_id))["report.delivery_failed.v1"] == 1
    assert "delivery_uncertain" in {row["stage"] for row in await pipeline.timeline(run_id)}
    assert not [row for row in await pipeline.outbox(run_id) if row["exchange"] == ""]


async def test_a_delivery_cut_off_while_sending_is_sent_again_where_its_report_says_so(
    store: Store, admin: AsyncEngine, pipeline: Pipeline, scheduler: SchedulerSettings
) -> None:
    run_id = await _leased_delivery(
        admin, pipeline, DeliveryStatus.SENDING, when_uncertain="resend"
    )
    await reap(store, scheduler)
    delivery = await pipeline.delivery(run_id)
    assert (delivery["status"], delivery["cut_off"]) == (DeliveryStatus.DEFERRED, 1)
    (attempt,) = await pipeline.attempts(run_id)
    assert attempt["outcome"] == "uncertain", "the ledger says that there may be two of it"
    again = [row["event_type"] for row in await pipeline.outbox(run_id) if row["exchange"] == ""]
    assert again == ["delivery.due.v1"]
    assert not (await pipeline.announced(run_id))["report.delivery_failed.v1"]


@pytest.mark.parametrize(
    ("attempt", "status", "events"),
    [
        (1, ArtifactStatus.PENDING, ["report.format_requested.v1"]),
        (3, ArtifactStatus.FAILED, ["report.format_failed.v1"]),
    ],
)
async def test_a_further_format_whose_lease_ended_is_asked_for_again_until_it_fails(
    attempt: int,
    status: ArtifactStatus,
    events: list[str],
    store: Store,
    admin: AsyncEngine,
    pipeline: Pipeline,
    scheduler: SchedulerSettings,
) -> None:
    run_id = await pipeline.request()
    await _change(admin, tables.runs, run_id, status=RunStatus.COMPLETED)
    await pipeline.further_format(
        run_id,
        attempt=attempt,
        lease_token=uuid4(),
        lease_owner="renderer@dead:1",
        lease_until=lease_end(-1),
    )
    await asyncio.gather(*(reap(store, scheduler) for _ in range(3)))
    artifact = (await pipeline.artifacts(run_id))["xlsx"]
    assert (artifact["status"], artifact["lease_token"]) == (status, None)
    told = [row["event_type"] for row in await pipeline.outbox(run_id)]
    assert told == ["report.requested.v1", *events]
    assert (await pipeline.run(run_id))["status"] == RunStatus.COMPLETED
