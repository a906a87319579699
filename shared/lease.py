"""Leases with a fencing token: one winner works on a row, and only the winner writes.

A lease ends by the database's clock unless heartbeats extend it. Every write names the
token, so a worker that was paused past its lease finds the row no longer its own and writes
nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Table, Update, bindparam, func, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ClauseElement, ColumnElement

from shared.store.engine import Store

log = structlog.get_logger(__name__)

RELEASED: dict[str, None] = {"lease_token": None, "lease_owner": None, "lease_until": None}
"""Column values of a row nobody holds."""


class LeaseLostError(Exception):
    """Somebody else owns the work now, or it was cancelled: whatever was done is void."""


def lease_end(seconds: float) -> ColumnElement[Any]:
    """The instant, by the database's clock, at which a lease taken now ends."""
    return func.clock_timestamp() + timedelta(seconds=seconds)


def _held(table: Table) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.id == bindparam("held_id"),
        table.c.lease_token == bindparam("held_token"),
        table.c.lease_until > func.clock_timestamp(),
    )


@cache
def _write(table: Table, names: tuple[str, ...]) -> Update:
    return update(table).where(*_held(table)).values({name: bindparam(name) for name in names})


@cache
def _extend(table: Table, seconds: float) -> Update:
    return update(table).where(*_held(table)).values(lease_until=lease_end(seconds))


class Lease:
    """One held row of a table with lease columns."""

    def __init__(
        self, store: Store, table: Table, row_id: UUID, tenant_id: UUID, token: UUID, seconds: float
    ) -> None:
        self._store = store
        self._table = table
        self._row_id = row_id
        self._tenant_id = tenant_id
        self.token = token
        self._seconds = seconds

    async def write(self, connection: AsyncConnection, **values: Any) -> None:
        """Update the row if it is still ours; LeaseLostError (which rolls back) if not."""
        computed = {
            name: value for name, value in values.items() if isinstance(value, ClauseElement)
        }
        given = {name: value for name, value in values.items() if name not in computed}
        statement = _write(self._table, tuple(given))
        if computed:
            statement = statement.values(computed)
        held = {"held_id": self._row_id, "held_token": self.token}
        written = await connection.execute(statement, {**held, **given})
        if written.rowcount == 0:
            raise LeaseLostError

    async def extend(self, connection: AsyncConnection) -> None:
        """Let the lease last its full length again; LeaseLostError if it has ended."""
        held = {"held_id": self._row_id, "held_token": self.token}
        statement = _extend(self._table, self._seconds)
        if (await connection.execute(statement, held)).rowcount == 0:
            raise LeaseLostError

    @contextlib.asynccontextmanager
    async def kept_alive(self) -> AsyncIterator[None]:
        """Extend the lease while the block works; LeaseLostError ends it once it is lost."""
        worker = asyncio.current_task()
        assert worker is not None
        lost = False

        async def beat() -> None:
            nonlocal lost
            while True:
                await asyncio.sleep(self._seconds / 3)
                try:
                    async with self._store.tenant(self._tenant_id) as connection:
                        await self.extend(connection)
                except LeaseLostError:
                    lost = True
                    worker.cancel()
                    return
                except Exception as error:  # the store is away: the lease may yet be kept
                    log.warning("heartbeat missed", reason=repr(error))

        beating = asyncio.create_task(beat(), name="heartbeat")
        try:
            yield
        except asyncio.CancelledError:
            if lost:
                worker.uncancel()
                raise LeaseLostError from None
            raise
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
