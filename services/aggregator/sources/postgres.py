"""Postgres as a source: every report reads in one read-only REPEATABLE READ transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from typing import Any

import asyncpg

from services.aggregator.sources.source import Limits, SnapshotSession, register
from shared.errors import PermanentError, TransientError

_OPTIONS = {"search_path"}
_CONNECT_SECONDS = 10.0
_GRACE_SECONDS = 2.0
"""How much longer than the server we wait: a server that is gone cancels nothing itself."""

_TRANSIENT = (
    asyncpg.PostgresConnectionError,
    asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresSystemError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""Connection trouble, serialization failures, full or failing servers, shutdowns, time-outs."""


class PostgresSession:
    """One transaction."""

    def __init__(self, connection: Any, as_of: datetime, max_rows: int) -> None:
        self._connection = connection
        self.as_of = as_of
        self._max_rows = max_rows

    async def fetch(self, sql: str, *arguments: object) -> Sequence[Mapping[str, Any]]:
        """The rows; one more than the ceiling is asked for, to tell "full" from "too many"."""
        with classified():
            cursor = await self._connection.cursor(sql, *arguments)
            rows: list[Mapping[str, Any]] = await cursor.fetch(self._max_rows + 1)
        if len(rows) > self._max_rows:
            raise PermanentError(
                "too_many_rows",
                f"the report would read more than {self._max_rows} rows: narrow its period or "
                "filters, or raise BROADSHEET_SOURCE_MAX_ROWS",
            )
        return rows

    async def stream(
        self, sql: str, *arguments: object, schema: Any, into: Callable[[Any], None]
    ) -> None:
        """By COPY, whose text Arrow reads: a million rows a second or so."""
        from services.aggregator.sources.postgres_copy import SESSION, CopyReader

        reader = CopyReader(schema, into)
        try:
            with classified():
                await self._connection.execute(SESSION)
                await self._connection.copy_from_query(
                    sql, *arguments, output=reader.feed, format="csv"
                )
            await reader.end()
        except TransientError:
            if reader.failure is not None:
                raise reader.failure from None
            raise
        finally:
            # What it writes into is closed next: no thread may be at it any more.
            with suppress(Exception):
                await asyncio.shield(reader.settled())

    @asynccontextmanager
    async def apart(self) -> AsyncIterator[None]:
        """A savepoint that is always rolled back: reading leaves nothing to keep."""
        savepoint = self._connection.transaction()
        with classified():
            await savepoint.start()
        try:
            yield
        finally:
            # Of a connection that is gone the next query will tell.
            with suppress(TransientError), classified():
                await savepoint.rollback()


@register("postgres")
class PostgresSource:
    """A small pool of read-only connections, opened at the first use.

    `options`: `search_path`, the schema in which the report types' tables are.
    """

    def __init__(self, address: str, options: Mapping[str, Any], limits: Limits) -> None:
        if unknown := set(options) - _OPTIONS:
            raise PermanentError(
                "source_misconfigured", f"unknown options of the source: {sorted(unknown)}"
            )
        self._address = address
        self._limits = limits
        milliseconds = str(int(limits.statement_seconds * 1000))
        self._server_settings = {
            "application_name": "broadsheet-aggregator",
            "default_transaction_read_only": "on",
            "statement_timeout": milliseconds,
            "lock_timeout": milliseconds,
            "idle_in_transaction_session_timeout": milliseconds,
            # Reports sort and add up a lot at once; with the default of 4 MB that goes to disk.
            "work_mem": "64MB",
        }
        if "search_path" in options:
            self._server_settings["search_path"] = str(options["search_path"])
        self._pool: Any = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[SnapshotSession]:
        """`as_of` is the transaction's own clock, read in the statement that fixes its view."""
        pool = await self._opened()
        with classified():
            connection = await pool.acquire(timeout=self._limits.statement_seconds)
        try:
            transaction = connection.transaction(isolation="repeatable_read", readonly=True)
            with classified():
                await transaction.start()
                as_of = await connection.fetchval("SELECT transaction_timestamp()")
            try:
                yield PostgresSession(connection, as_of, self._limits.max_rows)
            finally:
                # What was read stands, whether or not the server still hears that it is over.
                with suppress(TransientError), classified():
                    await transaction.rollback()
        finally:
            with suppress(TransientError), classified():
                await pool.release(connection)

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()

    async def _opened(self) -> Any:
        async with self._opening:
            if self._pool is None:
                with classified():
                    self._pool = await asyncpg.create_pool(
                        self._address,
                        min_size=0,
                        max_size=self._limits.pool_size,
                        timeout=_CONNECT_SECONDS,
                        command_timeout=self._limits.statement_seconds + _GRACE_SECONDS,
                        server_settings=self._server_settings,
                        # A prepared statement does not survive its table being replaced, and
                        # the driver would keep offering it. Poolers lose them as well.
                        statement_cache_size=0,
                    )
        return self._pool


@contextmanager
def classified() -> Iterator[None]:
    """Turn the driver's errors into TransientError or PermanentError."""
    try:
        yield
    except asyncpg.ClientConfigurationError:
        # Without the cause: it may quote the address, and that has a password in it.
        raise PermanentError(
            "source_misconfigured", "the source's address is not a Postgres URL"
        ) from None
    except asyncpg.QueryCanceledError as error:
        raise TransientError("source_timeout", f"the source took too long: {error}") from error
    except _TRANSIENT as error:
        if isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError):
            # What the driver calls an interface error is also an argument of the wrong type.
            raise PermanentError("source_refused", f"the query is wrong: {error}") from error
        raise TransientError(
            "source_unavailable", f"the source cannot be read now: {error or repr(error)}"
        ) from error
    except asyncpg.PostgresError as error:
        raise PermanentError("source_refused", f"the source refused: {error}") from error
