"""The parking table: messages that no consumer could take, kept byte for byte."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import structlog
from faststream.rabbit import RabbitMessage
from pydantic import ValidationError
from sqlalchemy import insert, select
from uuid6 import uuid7

from shared import runs
from shared.events import Event
from shared.stage import STAGES
from shared.store import tables
from shared.store.engine import Store

log = structlog.get_logger(__name__)

SERVICE = "scheduler"


async def on_dead_letter(message: RabbitMessage, *, store: Store) -> None:
    """Park the message, and fail the run that would otherwise wait for it for ever."""
    headers = _printable(message.headers)
    death = _first_death(message.headers)
    body = bytes(message.body) if isinstance(message.body, bytes | bytearray) else b""
    event_type = str(message.headers.get("cloudEvents_type") or "")
    async with store.housekeeping() as connection:
        tenant_id = await _known_tenant(connection, message.headers.get("tenant"))
        await connection.execute(
            insert(tables.dead_letters).values(
                id=uuid7(),
                tenant_id=tenant_id,
                queue=death.get("queue", "unknown"),
                routing_key=str(message.raw_message.routing_key or "")[:200],
                reason=death.get("reason", "unknown"),
                message_id=_text(message.raw_message.message_id, 200),
                event_type=_text(event_type, 200),
                headers=headers,
                payload=body,
            )
        )
        await _fail_run(connection, event_type, body)
    log.error("message parked", queue=death.get("queue"), reason=death.get("reason"))


async def _fail_run(connection: Any, event_type: str, body: bytes) -> None:
    stage = next((s for s in STAGES if event_type == s.consumption.event.TYPE), None)
    if stage is None:
        return
    try:
        event: Event = stage.consumption.event.model_validate_json(body)
    except ValidationError:
        return
    run = await runs.load(connection, event.run_id)
    if run is not None and run.status == stage.waiting and run.generation == event.generation:
        await runs.fail(
            connection,
            run,
            service=SERVICE,
            stage=stage.name,
            code="message_parked",
            message="the message that asked for this stage was given up and is parked",
            lease_token=None,
        )


async def _known_tenant(connection: Any, claimed: object) -> UUID | None:
    try:
        tenant_id = UUID(str(claimed))
    except ValueError:
        return None
    found: UUID | None = await connection.scalar(
        select(tables.tenants.c.id).where(tables.tenants.c.id == tenant_id)
    )
    return found


def _first_death(headers: dict[str, Any]) -> dict[str, str]:
    """Queue and reason of the first dead-lettering, from RabbitMQ's `x-death` header."""
    deaths = headers.get("x-death") or [{}]
    return {key: str(deaths[-1][key])[:200] for key in ("queue", "reason") if key in deaths[-1]}


def _printable(headers: dict[str, Any]) -> dict[str, Any]:
    """The headers as JSON that Postgres takes: no NUL, whatever else they hold as text."""
    text = json.dumps(headers, default=str).replace("\\u0000", "\\ufffd")
    printable: dict[str, Any] = json.loads(text)
    return printable


def _text(value: object, length: int) -> str | None:
    return str(value).replace("\0", "\ufffd")[:length] if value else None
