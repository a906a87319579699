"""Signals that messages bring: somebody tells the broker that data are there.

Published to the exchange `broadsheet.signals` with the routing key `<tenant>.<signal>`. Whose
signal it is the broker has seen to: its topic permissions let a tenant's user write to that
tenant's keys alone. A message counts once, by its id; one that is none is parked, with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from faststream.rabbit import RabbitMessage
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduler.parking import park
from shared import audit, signals
from shared.readiness import SIGNAL_NAME
from shared.store import tables
from shared.store.engine import Store, store_is_away
from shared.topology import SIGNALS_QUEUE

log = structlog.get_logger(__name__)

MOST_BYTES = 65_536
_SENDER = "a message"
"""Where the sender does not say who it is (the property `user_id`, which the broker checks)."""


class SignalMessage(BaseModel):
    """A message's body; an empty one is `{}`."""

    model_config = ConfigDict(extra="forbid")

    details: dict[str, Any] = Field(default_factory=dict)
    """What is worth keeping about it."""


@dataclass(frozen=True)
class _Signal:
    slug: str
    """Of the tenant."""
    name: str
    message_id: str
    sent_by: str
    details: dict[str, Any]


class _NoSignalError(Exception):
    """Why a message is none."""


async def on_signal(message: RabbitMessage, *, store: Store) -> None:
    """Write the signal down once; park what is none."""
    async with store.housekeeping() as connection:
        try:
            await _take(connection, _read(message))
        except _NoSignalError as error:
            reason = str(error)
            await park(connection, message, queue=SIGNALS_QUEUE.name, reason=reason)
            log.error("message parked", queue=SIGNALS_QUEUE.name, reason=reason)


def _read(message: RabbitMessage) -> _Signal:
    raw = message.raw_message
    slug, _, name = (raw.routing_key or "").partition(".")
    if re.fullmatch(SIGNAL_NAME, name) is None:
        raise _NoSignalError("its routing key is not <tenant>.<signal>")
    if not raw.message_id or len(raw.message_id) > 200:
        raise _NoSignalError("it has no message id of at most 200 characters")
    if len(raw.body) > MOST_BYTES:
        raise _NoSignalError(f"its body has more than {MOST_BYTES} bytes")
    try:
        content = SignalMessage.model_validate_json(raw.body or b"{}")
    except ValidationError:
        raise _NoSignalError('its body is not {"details": {…}}') from None
    return _Signal(slug, name, raw.message_id, raw.user_id or _SENDER, content.details)


async def _take(connection: AsyncConnection, signal: _Signal) -> None:
    tenants = tables.tenants
    tenant_id = await connection.scalar(select(tenants.c.id).where(tenants.c.slug == signal.slug))
    if tenant_id is None:
        raise _NoSignalError("there is no such tenant")
    try:
        async with connection.begin_nested():
            await _write(connection, tenant_id, signal)
    except DBAPIError as error:
        if store_is_away(error):
            raise
        # A NUL in its details, a number beyond any.
        raise _NoSignalError("the store cannot keep its details") from None


async def _write(connection: AsyncConnection, tenant_id: UUID, signal: _Signal) -> None:
    written = await signals.write_down(
        connection,
        tenant_id,
        signal.name,
        sent_by=signal.sent_by,
        message_id=signal.message_id,
        details=signal.details,
    )
    if written is None:
        log.info("signal came again", signal=signal.name, message_id=signal.message_id)
        return
    entry = audit.entry(
        tenant_id,
        signal.sent_by,
        "signal.given",
        f"signal/{signal.name}",
        id=str(written["id"]),
        message=signal.message_id,
    )
    await audit.record(connection, entry)
    log.info("signal received", signal=signal.name, tenant=str(tenant_id))
