"""The parking table as an operator uses it: of all tenants and of none, byte for byte."""

from __future__ import annotations

import getpass
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import aio_pika
from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared import audit
from shared.states import Lane, RunStatus
from shared.store import tables
from shared.store.engine import asyncpg_url
from shared.topology import CONSUMPTIONS

PARKED = "parked"
_QUEUES = {consumption.queue_name(lane) for consumption in CONSUMPTIONS for lane in Lane}
_TABLE = tables.dead_letters


class NotPossible(Exception):
    """What was asked for cannot be done with this message, and why."""


@asynccontextmanager
async def opened(database_url: str) -> AsyncIterator[AsyncConnection]:
    """A transaction as the housekeeping role, or as an administrator."""
    engine = create_async_engine(asyncpg_url(database_url))
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


async def listed(connection: AsyncConnection, *, handled: bool, limit: int) -> list[RowMapping]:
    """The latest, newest first, without their contents but with their size in octets."""
    columns = [column for column in _TABLE.c if column.name not in ("payload", "headers")]
    query = (
        select(*columns, func.length(_TABLE.c.payload).label("size"), tables.tenants.c.slug)
        .outerjoin(tables.tenants, tables.tenants.c.id == _TABLE.c.tenant_id)
        .order_by(_TABLE.c.parked_at.desc(), _TABLE.c.id)
        .limit(limit)
    )
    if not handled:
        query = query.where(_TABLE.c.status == PARKED)
    return list((await connection.execute(query)).mappings().all())


async def one(connection: AsyncConnection, message_id: UUID) -> RowMapping:
    """The whole message, locked; NotPossible where there is none."""
    query = select(_TABLE).where(_TABLE.c.id == message_id).with_for_update()
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NotPossible(f"there is no message {message_id}")
    return row


async def discard(connection: AsyncConnection, message_id: UUID) -> None:
    """Done with: it stays in the table, and is listed no more."""
    row = await one(connection, message_id)
    _ensure_parked(row)
    await _mark(connection, row, "discarded")


async def replay(connection: AsyncConnection, message_id: UUID, amqp_url: str) -> str | None:
    """Put the message back into the queue it came from; what else is to be done, if anything.

    Marked once the broker has confirmed it. Whoever dies in between replays it twice, which its
    consumer bears: an event keeps its id.
    """
    row = await one(connection, message_id)
    _ensure_parked(row)
    if row["queue"] not in _QUEUES:
        raise NotPossible(f"message {message_id} is of {row['queue']!r}, which is no queue of ours")
    async with await aio_pika.connect(amqp_url) as broker:
        channel = await broker.channel(publisher_confirms=True, on_return_raises=True)
        await channel.default_exchange.publish(
            aio_pika.Message(
                bytes(row["payload"]),
                # Those of the broker itself tell of the death that this undoes.
                headers={
                    name: value
                    for name, value in row["headers"].items()
                    if not name.startswith("x-")
                },
                message_id=row["message_id"],
                type=row["event_type"],
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            ),
            row["queue"],
            mandatory=True,
        )
    await _mark(connection, row, "replayed")
    return await _failed_meanwhile(connection, row)


def _ensure_parked(row: RowMapping) -> None:
    if row["status"] != PARKED:
        raise NotPossible(f"message {row['id']} was {row['status']} already")


async def _mark(connection: AsyncConnection, row: RowMapping, status: str) -> None:
    await connection.execute(update(_TABLE).where(_TABLE.c.id == row["id"]).values(status=status))
    if row["tenant_id"] is not None:
        actor, subject = f"operator:{getpass.getuser()}", f"message/{row['id']}"
        entry = audit.entry(
            row["tenant_id"], actor, f"message.{status}", subject, queue=row["queue"]
        )
        await audit.record(connection, entry)


async def _failed_meanwhile(connection: AsyncConnection, row: RowMapping) -> str | None:
    run_id = _run_of(bytes(row["payload"]))
    if run_id is None:
        return None
    status = await connection.scalar(select(tables.runs.c.status).where(tables.runs.c.id == run_id))
    if status != RunStatus.FAILED:
        return None
    return f"report {run_id} failed when this was parked, and only a retry starts it again"


def _run_of(payload: bytes) -> UUID | None:
    try:
        event: Any = json.loads(payload)
        return UUID(event["run_id"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
