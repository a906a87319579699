"""Asks again for work whose message is gone: a broker lost its data, a queue was purged.

The outbox knows when an event was published, and the ledger that nothing came of it. Asking
twice does no harm, since a claim takes work that waits and nothing else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, RowMapping, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduler import SERVICE
from services.scheduler.deliveries import about, deliveries_with_runs
from services.scheduler.settings import SchedulerSettings
from shared import outbox, telemetry
from shared.events import DeliveryDue, Event
from shared.further_formats import FurtherFormat
from shared.runs import Run
from shared.stage import STAGES
from shared.states import ArtifactStatus, DeliveryStatus, RunStatus
from shared.store import tables
from shared.store.engine import Store
from shared.store.indexed_states import is_in_one_of, is_in_state
from shared.topology import DELIVERER, FORMAT_RENDERER, Consumption

log = structlog.get_logger(__name__)

BATCH = 100
_STAGES = {stage.waiting: stage for stage in STAGES}


async def ask_again(store: Store, settings: SchedulerSettings) -> int:
    """Publish anew what has waited too long since it was published; returns how many events."""
    after = timedelta(seconds=settings.message_lost_after_seconds)
    asked = await _ask_again_for(store, _waiting_runs(after), _stage)
    asked += await _ask_again_for(store, _waiting_formats(after), _format)
    asked += await _ask_again_for(store, _waiting_deliveries(after), _delivery)
    if asked:
        log.warning("messages were lost, asked again", events=asked)
    return asked


async def _ask_again_for(
    store: Store,
    waiting: Select[Any],
    what_for: Callable[[AsyncConnection, RowMapping], Awaitable[tuple[Consumption, Event]]],
) -> int:
    asked = 0
    while True:
        async with store.housekeeping() as connection:
            rows = (await connection.execute(waiting)).mappings().all()
            for row in rows:
                with telemetry.continued({"traceparent": row["traceparent"]}):
                    consumption, event = await what_for(connection, row)
                    await outbox.add_for(connection, consumption, event, source=SERVICE)
        asked += len(rows)
        if len(rows) < BATCH:
            return asked


async def _stage(_: AsyncConnection, row: RowMapping) -> tuple[Consumption, Event]:
    run = Run.of(row)
    stage = _STAGES[run.status]
    return stage.consumption, stage.event_for(run)


async def _format(connection: AsyncConnection, row: RowMapping) -> tuple[Consumption, Event]:
    return FORMAT_RENDERER, (await FurtherFormat.of(connection, row)).requested()


async def _delivery(_: AsyncConnection, row: RowMapping) -> tuple[Consumption, Event]:
    return DELIVERER, DeliveryDue(**about(row))


def _waiting_runs(after: timedelta) -> Select[Any]:
    runs = tables.runs
    return (
        select(runs)
        .where(
            runs.c.status.in_(_STAGES),
            runs.c.created_at < func.now() - after,
            _nothing_under_way(after),
        )
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )


def _waiting_formats(after: timedelta) -> Select[Any]:
    runs, artifacts = tables.runs, tables.artifacts
    return (
        select(artifacts, runs.c.traceparent)
        .join(runs, runs.c.id == artifacts.c.run_id)
        .where(
            is_in_state(artifacts.c.status, ArtifactStatus.PENDING),
            artifacts.c.lease_token.is_(None),
            artifacts.c.requested_at < func.now() - after,
            _nothing_under_way(after),
        )
        .limit(BATCH)
        .with_for_update(of=artifacts, skip_locked=True)
    )


def _waiting_deliveries(after: timedelta) -> Select[Any]:
    runs, deliveries = tables.runs, tables.deliveries
    return (
        deliveries_with_runs()
        .where(
            is_in_one_of(deliveries.c.status, (DeliveryStatus.PENDING, DeliveryStatus.DEFERRED)),
            deliveries.c.lease_token.is_(None),
            runs.c.status == RunStatus.COMPLETED,
            runs.c.completed_at < func.now() - after,
            _nothing_under_way(after),
        )
        .limit(BATCH)
        .with_for_update(of=deliveries, skip_locked=True)
    )


def _nothing_under_way(after: timedelta) -> ColumnElement[bool]:
    """No event about the run is to be published, or was lately."""
    events = tables.outbox
    return (
        ~select(events.c.id)
        .where(
            events.c.run_id == tables.runs.c.id,
            events.c.published_at.is_(None) | (events.c.published_at > func.now() - after),
        )
        .exists()
    )
