"""Secrets of all tenants' destinations, sealed anew with the first of the operator's keys."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import create_async_engine

from shared.secret_box import CannotOpen, SecretBox
from shared.store import tables
from shared.store.engine import asyncpg_url


async def reseal_all(box: SecretBox, database_url: str) -> tuple[int, list[str]]:
    """How many there were, and the ids of those that none of the keys opens.

    In one transaction; services that know both keys go on meanwhile.
    """
    table = tables.destinations
    engine = create_async_engine(asyncpg_url(database_url))
    done, closed = 0, []
    try:
        async with engine.begin() as connection:
            sealed = await connection.execute(
                select(table.c.id, table.c.secrets)
                .where(table.c.secrets.is_not(None))
                .order_by(table.c.id)
            )
            for row in sealed.all():
                try:
                    anew = box.sealed_anew(row.secrets)
                except CannotOpen:
                    closed.append(str(row.id))
                    continue
                changed = await connection.execute(
                    update(table)
                    # Whoever saved it meanwhile has sealed it with the first key.
                    .where(table.c.id == row.id, table.c.secrets == row.secrets)
                    .values(secrets=anew)
                )
                done += changed.rowcount
    finally:
        await engine.dispose()
    return done, closed
