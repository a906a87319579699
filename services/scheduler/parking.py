"""The parking table: messages that no consumer could take, kept byte for byte."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID

import structlog
from faststream.rabbit import RabbitMessage
from pydantic import ValidationError
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from services.scheduler import SERVICE
from services.scheduler.deliveries import deliveries_with_runs, give_up
from shared import further_formats, runs
from shared.events import DeliveryDue, Event, ReportFormatRequested
from shared.further_formats import FurtherFormat
from shared.replaying import DELIVERY_PARKED, MESSAGE_PARKED
from shared.stage import STAGES
from shared.states import DeliveryStatus, Lane, RunStatus
from shared.store import tables
from shared.store.engine import Store
from shared.topology import COMMANDS_QUEUE, CONSUMPTIONS, Consumption

log = structlog.get_logger(__name__)


_READERS = {
    consumption.queue_name(lane): consumption for consumption in CONSUMPTIONS for lane in Lane
}
"""Whose queue it is."""


async def on_dead_letter(message: RabbitMessage, *, store: Store) -> None:
    """Park the message, and fail what would otherwise wait for it for ever."""
    queue, reason = _death(message.headers)
    body = bytes(message.body) if isinstance(message.body, bytes | bytearray) else b""
    async with store.housekeeping() as connection:
        # Whoever sends commands may write any name there.
        claimed = None if queue == COMMANDS_QUEUE.name else message.headers.get("tenant")
        tenant_id = await _known_tenant(connection, claimed)
        await connection.execute(
            insert(tables.dead_letters).values(
                id=uuid7(),
                tenant_id=tenant_id,
                queue=queue[:200],
                routing_key=_text(message.raw_message.routing_key, 200) or "",
                reason=reason[:60],
                message_id=_text(message.raw_message.message_id, 200),
                event_type=_text(message.headers.get("cloudEvents_type"), 200),
                headers=_printable(message.headers),
                payload=body,
            )
        )
        consumption = _READERS.get(queue)
        if consumption is not None:
            await _fail_waiting(connection, consumption, body)
    log.error("message parked", queue=queue, reason=reason)


async def _fail_waiting(connection: AsyncConnection, consumption: Consumption, body: bytes) -> None:
    """Fail the run, the format or the deliveries that the message, if an event, asked for.

    Known by the queue that gave it up: a copy that strayed into another consumer's queue says
    nothing about the one that is at work.
    """
    try:
        event = consumption.event.model_validate_json(body)
    except ValidationError:
        return
    if isinstance(event, ReportFormatRequested):
        await _fail_format(connection, event)
        return
    run = await runs.load(connection, event.run_id)
    if run is None or run.generation != event.generation:
        return
    stage = next((stage for stage in STAGES if stage.consumption == consumption), None)
    if stage is None:
        await _fail_deliveries(connection, event)
    elif run.status == stage.waiting:
        await runs.fail(
            connection,
            run,
            service=SERVICE,
            stage=stage.name,
            code=MESSAGE_PARKED,
            message="the message that asked for this stage was given up and is parked",
            lease_token=None,
        )


async def _fail_format(connection: AsyncConnection, event: ReportFormatRequested) -> None:
    table = tables.artifacts
    found = await connection.execute(
        select(table)
        .where(table.c.id == event.artifact_id, table.c.run_id == event.run_id)
        .with_for_update()
    )
    if (row := found.mappings().first()) is not None:
        await further_formats.fail(
            connection,
            await FurtherFormat.of(connection, row),
            service=SERVICE,
            code=MESSAGE_PARKED,
            message="the message that asked for this format was given up and is parked",
            lease_token=None,
        )


async def _fail_deliveries(connection: AsyncConnection, event: Event) -> None:
    table = tables.deliveries
    waiting = (
        deliveries_with_runs()
        .where(
            tables.runs.c.id == event.run_id,
            tables.runs.c.status == RunStatus.COMPLETED,
            table.c.lease_token.is_(None),
            table.c.status.in_((DeliveryStatus.PENDING, DeliveryStatus.DEFERRED)),
            func.coalesce(table.c.next_attempt_at, func.now()) <= func.now(),
        )
        .with_for_update(of=table)
    )
    if isinstance(event, DeliveryDue):
        waiting = waiting.where(table.c.id == event.delivery_id, table.c.resends == event.resends)
    for delivery in (await connection.execute(waiting)).mappings().all():
        await give_up(connection, delivery, DeliveryStatus.FAILED, DELIVERY_PARKED)


async def _known_tenant(connection: AsyncConnection, claimed: object) -> UUID | None:
    try:
        tenant_id = UUID(str(claimed))
    except ValueError:
        return None
    found: UUID | None = await connection.scalar(
        select(tables.tenants.c.id).where(tables.tenants.c.id == tenant_id)
    )
    return found


def _death(headers: dict[str, Any]) -> tuple[str, str]:
    """Queue and reason of the dead-lettering, from RabbitMQ's `x-death` header.

    The broker puts the latest one first. What stands behind it may be the sender's invention.
    """
    deaths = headers.get("x-death")
    latest = deaths[0] if isinstance(deaths, list) and deaths else {}
    if not isinstance(latest, dict):
        latest = {}
    return str(latest.get("queue", "unknown")), str(latest.get("reason", "unknown"))


def _printable(headers: dict[str, Any]) -> dict[str, Any]:
    """The headers as JSON that Postgres takes: no NUL, no NaN, whatever else they hold as text.

    Nobody's token is kept.
    """
    printable: dict[str, Any] = _as_json(
        {name: value for name, value in headers.items() if name.lower() != "authorization"}
    )
    return printable


def _as_json(value: object) -> Any:
    match value:
        case dict():
            return {_text(key, 1000) or "": _as_json(item) for key, item in value.items()}
        case list():
            return [_as_json(item) for item in value]
        case None | bool() | int():
            return value
        case float() if math.isfinite(value):
            return value
        case _:
            return str(value).replace("\0", "\ufffd")


def _text(value: object, length: int) -> str | None:
    return str(value).replace("\0", "\ufffd")[:length] if value else None
