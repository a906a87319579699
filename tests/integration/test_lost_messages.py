"""Work whose message is gone is asked for again; what is under way is left alone."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import func, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from services.scheduler.lost_messages import ask_again
from services.scheduler.settings import SchedulerSettings
from shared.settings import ServiceSettings
from shared.states import DeliveryStatus, RunStatus
from shared.store import tables
from shared.store.engine import Store
from tests.pipeline import Pipeline

LOST_AFTER = 600


@pytest.fixture
def scheduler(settings: ServiceSettings) -> SchedulerSettings:
    return SchedulerSettings.model_validate(
        settings.model_dump() | {"message_lost_after_seconds": LOST_AFTER}
    )


async def _waiting(
    admin: AsyncEngine, pipeline: Pipeline, status: RunStatus, *, seconds: int, published: bool
) -> UUID:
    """A run whose last event is `seconds` old."""
    run_id = await pipeline.request("someone@example.com")
    then = func.now() - text(f"interval '{seconds} seconds'")
    runs, events = tables.runs, tables.outbox
    async with admin.begin() as connection:
        await connection.execute(
            update(runs)
            .where(runs.c.id == run_id)
            .values(
                status=status,
                created_at=then,
                completed_at=then if status == RunStatus.COMPLETED else None,
                snapshot_key="k",
                snapshot_sha256="0" * 64,
                snapshot_rows=1,
                as_of=then,
            )
        )
        await connection.execute(
            update(events)
            .where(events.c.run_id == run_id)
            .values(available_at=then, published_at=then if published else None)
        )
    return run_id


async def _asked(pipeline: Pipeline, run_id: UUID) -> list[str]:
    return [row["routing_key"] for row in await pipeline.outbox(run_id) if row["exchange"] == ""]


@pytest.mark.parametrize(
    ("status", "queue"),
    [
        (RunStatus.REQUESTED, "broadsheet.aggregator.interactive"),
        (RunStatus.AGGREGATED, "broadsheet.renderer.interactive"),
        (RunStatus.COMPLETED, "broadsheet.mailer.deliveries.interactive"),
    ],
)
async def test_what_came_to_nothing_is_asked_for_again(
    status: RunStatus,
    queue: str,
    store: Store,
    admin: AsyncEngine,
    pipeline: Pipeline,
    scheduler: SchedulerSettings,
) -> None:
    run_id = await _waiting(admin, pipeline, status, seconds=LOST_AFTER + 1, published=True)
    await ask_again(store, scheduler)
    await ask_again(store, scheduler)
    assert await _asked(pipeline, run_id) == [queue], "once: the new message is under way"


@pytest.mark.parametrize(
    ("status", "seconds", "published"),
    [
        (RunStatus.REQUESTED, LOST_AFTER - 10, True),
        (RunStatus.REQUESTED, LOST_AFTER + 1, False),
        (RunStatus.RENDERING, LOST_AFTER + 1, True),
        (RunStatus.FAILED, LOST_AFTER + 1, True),
    ],
    ids=["published lately", "not published yet", "worked on", "ended"],
)
async def test_what_is_under_way_or_over_is_left_alone(
    status: RunStatus,
    seconds: int,
    published: bool,
    store: Store,
    admin: AsyncEngine,
    pipeline: Pipeline,
    scheduler: SchedulerSettings,
) -> None:
    run_id = await _waiting(admin, pipeline, status, seconds=seconds, published=published)
    await ask_again(store, scheduler)
    assert await _asked(pipeline, run_id) == []


async def test_a_delivery_that_has_arrived_is_never_asked_for_again(
    store: Store, admin: AsyncEngine, pipeline: Pipeline, scheduler: SchedulerSettings
) -> None:
    run_id = await _waiting(
        admin, pipeline, RunStatus.COMPLETED, seconds=LOST_AFTER + 1, published=True
    )
    async with admin.begin() as connection:
        await connection.execute(
            update(tables.deliveries)
            .where(tables.deliveries.c.run_id == run_id)
            .values(status=DeliveryStatus.SENT)
        )
    await asyncio.gather(*(ask_again(store, scheduler) for _ in range(2)))
    assert await _asked(pipeline, run_id) == []


@pytest.mark.parametrize(("seconds", "asked"), [(LOST_AFTER + 1, 1), (LOST_AFTER - 10, 0)])
async def test_a_further_format_whose_message_is_gone_is_asked_for_again(
    seconds: int,
    asked: int,
    store: Store,
    admin: AsyncEngine,
    pipeline: Pipeline,
    scheduler: SchedulerSettings,
) -> None:
    run_id = await _waiting(
        admin, pipeline, RunStatus.COMPLETED, seconds=LOST_AFTER + 1, published=True
    )
    then = func.now() - text(f"interval '{seconds} seconds'")
    await pipeline.further_format(run_id, requested_at=then)
    async with admin.begin() as connection:
        await connection.execute(
            update(tables.deliveries)
            .where(tables.deliveries.c.run_id == run_id)
            .values(status=DeliveryStatus.SENT)
        )
    await asyncio.gather(*(ask_again(store, scheduler) for _ in range(2)))
    queue = "broadsheet.renderer.formats.interactive"
    assert await _asked(pipeline, run_id) == [queue] * asked
