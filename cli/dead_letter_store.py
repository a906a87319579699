"""Dead letters as an operator handles them: of all tenants and of none, byte for byte."""

from __future__ import annotations

import getpass
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import aio_pika
from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared import replaying
from shared.replaying import PARKED, NotPossible
from shared.store import tables
from shared.store.engine import asyncpg_url
from shared.topology import SIGNALS, SIGNALS_QUEUE

_TABLE = tables.dead_letters


@asynccontextmanager
async def opened(database_url: str) -> AsyncIterator[AsyncConnection]:
    """A transaction as the housekeeping role, or as an administrator."""
    engine = create_async_engine(asyncpg_url(database_url))
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


async def listed(connection: AsyncConnection, *, handled: bool, limit: int) -> list[dict[str, Any]]:
    """The latest, newest first, with their size in octets in place of their contents."""
    columns = [column for column in _TABLE.c if column.name not in ("payload", "headers")]
    query = (
        select(*columns, func.length(_TABLE.c.payload).label("size"), tables.tenants.c.slug)
        .outerjoin(tables.tenants, tables.tenants.c.id == _TABLE.c.tenant_id)
        .order_by(_TABLE.c.parked_at.desc(), _TABLE.c.id)
        .limit(limit)
    )
    if not handled:
        query = query.where(_TABLE.c.status == PARKED)
    rows = (await connection.execute(query)).mappings()
    return [
        {str(name): value for name, value in row.items()} | {"tries": replaying.tries_of(row)}
        for row in rows
    ]


async def shown(connection: AsyncConnection, message_id: UUID) -> dict[str, Any]:
    """Everything about the message; NotPossible where there is none."""
    row = await _one(connection, message_id)
    why = replaying.REASONS.get(row["reason"], "the broker's word")
    return {
        **{str(name): value for name, value in row.items()},
        "reason": f"{row['reason']} ({why})",
        "tries": replaying.tries_of(row),
    }


async def discard(connection: AsyncConnection, message_id: UUID) -> None:
    """Done with: it stays in the table, and is listed no more."""
    await replaying.discard(connection, await _one(connection, message_id), actor=_actor())


async def replay(connection: AsyncConnection, message_id: UUID, amqp_url: str) -> str:
    """Have what the message asked for done after all; what follows, in words.

    One of no tenant, or that is no text, is put back into its queue, and marked once the broker
    has confirmed it. Whoever dies in between replays it twice, which its consumer bears: an event
    keeps its id.
    """
    row = await _one(connection, message_id)
    if row["tenant_id"] is not None and _is_text(bytes(row["payload"])):
        return await replaying.replay(connection, row, actor=_actor(), service="operator")
    replaying.ensure_parked(row)
    is_signal = row["queue"] == SIGNALS_QUEUE.name
    if replaying.consumer_of(row["queue"]) is None and not is_signal:
        raise NotPossible(f"message {message_id} is of {row['queue']!r}, which is no queue of ours")
    async with await aio_pika.connect(amqp_url) as broker:
        channel = await broker.channel(publisher_confirms=True, on_return_raises=True)
        exchange, key = channel.default_exchange, row["queue"]
        if is_signal:
            # Its key says whose it is, and what it is called.
            exchange, key = await channel.get_exchange(SIGNALS.name), row["routing_key"]
        await exchange.publish(
            aio_pika.Message(
                bytes(row["payload"]),
                headers=replaying.headers_of_the_sender(row["headers"]),
                message_id=row["message_id"],
                type=row["event_type"],
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            ),
            key,
            mandatory=True,
        )
    await replaying.mark(connection, row, "replayed", actor=_actor())
    return f"the message is back in {row['queue']}"


def _is_text(payload: bytes) -> bool:
    try:
        return "\0" not in payload.decode()
    except UnicodeDecodeError:
        return False


def _actor() -> str:
    return f"operator:{getpass.getuser()}"


async def _one(connection: AsyncConnection, message_id: UUID) -> RowMapping:
    query = select(_TABLE).where(_TABLE.c.id == message_id).with_for_update()
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NotPossible(f"there is no message {message_id}")
    return row
