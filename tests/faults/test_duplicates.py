"""Messages that come twice, late, out of order or about somebody else's past change nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.events import (
    DeliveryDue,
    Event,
    ReportAggregated,
    ReportRendered,
    ReportRequested,
    SnapshotReference,
)
from shared.states import DeliveryStatus, Lane, RunStatus
from shared.store import tables
from shared.topology import AGGREGATOR, CONSUMPTIONS, DELIVERER, MAILER, RENDERER, Consumption
from tests.faults.mortal_fleet import MortalFleet
from tests.messages import Messages
from tests.pipeline import Pipeline
from tests.post_office import PostOffice

OWN_QUEUE = {
    "report.requested.v1": AGGREGATOR,
    "report.aggregated.v1": RENDERER,
    "report.rendered.v1": MAILER,
}


async def test_every_event_delivered_again_changes_nothing(
    fleet: MortalFleet, pipeline: Pipeline, broker: Messages, post: PostOffice
) -> None:
    overheard = await broker.overhear()
    address = f"{pipeline.tenant.slug}@example.com"
    run_id = await pipeline.request(address, formats=("csv", "json"))
    await pipeline.until_settled(run_id)
    (delivery,) = await pipeline.deliveries(run_id)
    await asyncio.sleep(0.5)
    before = await pipeline.everything(run_id)

    for message in list(overheard.messages):
        await broker.put_again(message)
        consumption = OWN_QUEUE.get(str(message.type))
        if consumption is not None:
            await broker.put_again(message, consumption.queue_name(Lane.INTERACTIVE))
            await broker.put_again(message, consumption.queue_name(Lane.BULK))
    due = _due(pipeline, run_id, delivery["id"])
    for lane in Lane:
        await broker.put(DELIVERER.queue_name(lane), due.model_dump_json().encode())
    await _until_all_taken(broker)

    assert {message.type for message in overheard.messages} == {
        *OWN_QUEUE,
        "report.delivered.v1",
    }
    assert await pipeline.everything(run_id) == before
    assert len(post.mails_to(address)) == 1


async def test_events_that_come_before_their_time_change_nothing(
    fleet: MortalFleet, pipeline: Pipeline, broker: Messages, admin: AsyncEngine, post: PostOffice
) -> None:
    address = f"{pipeline.tenant.slug}@example.com"
    fleet["aggregator"].pause()
    run_id = await pipeline.request(address)
    await _change(admin, run_id, status=RunStatus.FAILED)  # so that no aggregator takes it
    fleet["aggregator"].resume()
    await _until_all_taken(broker)
    await _change(admin, run_id, status=RunStatus.REQUESTED)
    delivery = await pipeline.delivery(run_id)
    before = await pipeline.everything(run_id)

    early = [
        (RENDERER, _aggregated(pipeline, run_id)),
        (MAILER, _rendered(pipeline, run_id)),
        (DELIVERER, _due(pipeline, run_id, delivery["id"])),
    ]
    for consumption, event in early:
        await _put(broker, consumption, event)
    await _until_all_taken(broker)

    assert _unpublished(await pipeline.everything(run_id)) == _unpublished(before)

    # And when their time has come, they are not taken for repetitions.
    await _put(broker, AGGREGATOR, _requested(pipeline, run_id))
    await pipeline.until_settled(run_id)
    assert (await pipeline.delivery(run_id))["status"] == DeliveryStatus.SENT
    assert len(post.mails_to(address)) == 1


async def test_an_event_of_an_earlier_generation_changes_nothing(
    fleet: MortalFleet, pipeline: Pipeline, broker: Messages, admin: AsyncEngine
) -> None:
    run_id = await pipeline.request()
    await _change(admin, run_id, status=RunStatus.FAILED)
    await _until_all_taken(broker)
    await _change(admin, run_id, status=RunStatus.REQUESTED, generation=1)
    before = await pipeline.everything(run_id)

    await _put(broker, AGGREGATOR, _requested(pipeline, run_id))
    await _put(broker, RENDERER, _aggregated(pipeline, run_id))
    await _until_all_taken(broker)
    assert _unpublished(await pipeline.everything(run_id)) == _unpublished(before)

    await _put(broker, AGGREGATOR, _requested(pipeline, run_id, generation=1))
    await pipeline.until_status(run_id, RunStatus.COMPLETED)


@pytest.mark.parametrize("final", [RunStatus.CANCELLED, RunStatus.FAILED])
async def test_a_run_that_has_ended_stays_as_it_is_whatever_comes(
    final: RunStatus,
    fleet: MortalFleet,
    pipeline: Pipeline,
    broker: Messages,
    admin: AsyncEngine,
    post: PostOffice,
) -> None:
    address = f"{pipeline.tenant.slug}@example.com"
    fleet["aggregator"].pause()  # or it might be quicker
    run_id = await pipeline.request(address)
    await _change(admin, run_id, status=final)
    fleet["aggregator"].resume()
    await _until_all_taken(broker)
    delivery = await pipeline.delivery(run_id)
    before = await pipeline.everything(run_id)

    for consumption, event in (
        (AGGREGATOR, _requested(pipeline, run_id)),
        (RENDERER, _aggregated(pipeline, run_id)),
        (MAILER, _rendered(pipeline, run_id)),
        (DELIVERER, _due(pipeline, run_id, delivery["id"])),
    ):
        await _put(broker, consumption, event)
    await _until_all_taken(broker)

    assert _unpublished(await pipeline.everything(run_id)) == _unpublished(before)
    assert post.mails_to(address) == []


async def test_nobody_gets_the_files_of_another_run_whatever_an_event_says(
    fleet: MortalFleet, pipeline: Pipeline, broker: Messages, post: PostOffice
) -> None:
    other = await pipeline.request()
    await pipeline.until_settled(other)
    before = await pipeline.everything(other)
    fleet["mailer"].pause()
    address = f"{pipeline.tenant.slug}@example.com"
    run_id = await pipeline.request(address)
    (delivery,) = await pipeline.deliveries(run_id)
    await _put(broker, DELIVERER, _due(pipeline, other, delivery["id"]))
    fleet["mailer"].resume()

    await pipeline.until_settled(run_id)

    assert len(post.mails_to(address)) == 1
    await pipeline.assert_made_once(run_id, mailed=True)
    timeline = [line["stage"] for line in (await pipeline.everything(run_id))["timeline"]]
    assert timeline[-1] == "delivered"
    assert await pipeline.everything(other) == before


async def test_an_event_about_a_run_that_does_not_exist_is_taken_and_forgotten(
    fleet: MortalFleet, pipeline: Pipeline, broker: Messages
) -> None:
    nobody = UUID(int=7)
    parked = len(await pipeline.dead_letters())
    for consumption, event in (
        (AGGREGATOR, _requested(pipeline, nobody)),
        (RENDERER, _aggregated(pipeline, nobody)),
        (MAILER, _rendered(pipeline, nobody)),
        (DELIVERER, _due(pipeline, nobody, nobody)),
    ):
        await _put(broker, consumption, event)
    await _until_all_taken(broker)
    assert len(await pipeline.dead_letters()) == parked
    assert all(process.runs for process in fleet)


def _unpublished(everything: dict[str, object]) -> dict[str, object]:
    """Without what the test itself wrote into the run's row."""
    return {name: value for name, value in everything.items() if name != "outbox"}


def _about(pipeline: Pipeline, run_id: UUID, generation: int = 0) -> dict[str, object]:
    return {
        "run_id": run_id,
        "tenant_id": pipeline.tenant.id,
        "lane": Lane.INTERACTIVE,
        "generation": generation,
    }


def _requested(pipeline: Pipeline, run_id: UUID, generation: int = 0) -> ReportRequested:
    return ReportRequested.model_validate(
        _about(pipeline, run_id, generation)
        | {"report_type": "delivery_summary", "formats": ("csv",)}
    )


def _aggregated(pipeline: Pipeline, run_id: UUID) -> ReportAggregated:
    return ReportAggregated.model_validate(
        _about(pipeline, run_id)
        | {
            "report_type": "delivery_summary",
            "formats": ("csv",),
            "as_of": datetime.now(UTC),
            "snapshot": SnapshotReference(key="x/document.json", sha256="0" * 64, rows=0),
        }
    )


def _rendered(pipeline: Pipeline, run_id: UUID) -> ReportRendered:
    return ReportRendered.model_validate(
        _about(pipeline, run_id)
        | {
            "report_type": "delivery_summary",
            "as_of": datetime.now(UTC),
            "snapshot_sha256": "0" * 64,
            "artifacts": (),
        }
    )


def _due(pipeline: Pipeline, run_id: UUID, delivery_id: UUID) -> DeliveryDue:
    return DeliveryDue.model_validate(
        _about(pipeline, run_id) | {"delivery_id": delivery_id, "channel": "email"}
    )


async def _put(broker: Messages, consumption: Consumption, event: Event) -> None:
    await broker.put(consumption.queue_name(event.lane), event.model_dump_json().encode())


async def _until_all_taken(broker: Messages) -> None:
    for consumption in CONSUMPTIONS:
        for lane in Lane:
            while await broker.depth(consumption.queue_name(lane)):
                await asyncio.sleep(0.05)
    await asyncio.sleep(0.7)


async def _change(admin: AsyncEngine, run_id: UUID, **values: object) -> None:
    async with admin.begin() as connection:
        await connection.execute(
            update(tables.runs).where(tables.runs.c.id == run_id).values(**values)
        )
