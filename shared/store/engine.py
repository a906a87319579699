"""Connections to the store, and transactions that know their tenant.

Only the boundary (a request, a message, a tick) opens a transaction, and it commits when
the block ends. Code inside never commits.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Set
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.giving_way import give_way
from shared.settings import ServiceSettings

_RANKS_WRITTEN = "broadsheet.ranks_written"
"""Of a connection's `info`: ranks of the lanes of the events due at once that it wrote."""

_SET_TENANT = text("SELECT set_config('broadsheet.tenant', :tenant, true)")


def asyncpg_url(url: str) -> str:
    """`postgresql://…` as SQLAlchemy's URL for the asyncpg driver."""
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(False)


_STATEMENT_TO_BLAME = ("22", "23", "42501")
"""SQLSTATE classes that no waiting mends: bad data, violated constraints, forbidden rows."""


def store_is_away(error: BaseException) -> bool:
    """Whether the store could not be asked, so that the same may work later."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        return not state.startswith(_STATEMENT_TO_BLAME)
    return isinstance(error, OSError | TimeoutError | PoolTimeoutError | PendingRollbackError)


class Store:
    """The metadata store as one service sees it.

    `on_commit` hooks run after each successful commit of a tenant's or a housekeeping
    transaction, `on_events` hooks after those that wrote events, with the ranks of their lanes; the
    relay hangs its wake-up there.
    """

    def __init__(self, application: AsyncEngine, housekeeping: AsyncEngine) -> None:
        self._application = application
        self._housekeeping = housekeeping
        self._on_commit: list[Callable[[], None]] = []
        self._on_events: list[Callable[[Set[int]], None]] = []

    @classmethod
    def connect(cls, settings: ServiceSettings, application_name: str) -> Store:
        """Two small pools; nothing is connected before the first use."""

        def engine(url: str, size: int) -> AsyncEngine:
            return create_async_engine(
                asyncpg_url(url),
                pool_size=size,
                max_overflow=0,
                pool_timeout=60,
                connect_args={
                    "timeout": 5,
                    "command_timeout": 30,
                    "server_settings": {
                        "application_name": application_name,
                        "idle_in_transaction_session_timeout": "60000",
                    },
                },
            )

        return cls(
            engine(settings.database_url.get_secret_value(), settings.database_pool_size),
            engine(settings.housekeeping_database_url.get_secret_value(), 4),
        )

    def on_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` after every commit."""
        self._on_commit.append(hook)

    def on_events(self, hook: Callable[[Set[int]], None]) -> None:
        """Call `hook` after every commit of a transaction that wrote events due at once."""
        self._on_events.append(hook)

    @asynccontextmanager
    async def tenant(self, tenant_id: UUID) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one tenant's rows; commits at the end of the block."""
        await give_way()
        async with self._application.begin() as connection:
            ranks = connection.info[_RANKS_WRITTEN] = set[int]()
            await connection.execute(_SET_TENANT, {"tenant": str(tenant_id)})
            yield connection
        self._committed(ranks)

    @asynccontextmanager
    async def no_tenant(self) -> AsyncIterator[AsyncConnection]:
        """A transaction of the application's role for what belongs to no tenant."""
        async with self._application.begin() as connection:
            yield connection

    @asynccontextmanager
    async def housekeeping(self) -> AsyncIterator[AsyncConnection]:
        """A transaction across tenants; commits at the end of the block."""
        async with self.quiet_housekeeping() as connection:
            ranks = connection.info[_RANKS_WRITTEN] = set[int]()
            yield connection
        self._committed(ranks)

    @asynccontextmanager
    async def quiet_housekeeping(self) -> AsyncIterator[AsyncConnection]:
        """The same without the hooks: for the relay itself, which they would wake."""
        async with self._housekeeping.begin() as connection:
            yield connection

    async def ping(self) -> None:
        """Raises when the store does not answer."""
        async with self._application.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close both pools."""
        await self._application.dispose()
        await self._housekeeping.dispose()

    def _committed(self, ranks: Set[int]) -> None:
        for hook in self._on_commit:
            hook()
        if ranks:
            for on_events in self._on_events:
                on_events(ranks)


def note_events(connection: AsyncConnection, ranks: Iterable[int]) -> None:
    """Have the `on_events` hooks called once the connection's transaction has committed.

    `ranks`: of the lanes of the events (`Lane.rank`).
    """
    # A connection of the command line belongs to no store: the services' relays find its events.
    connection.info.setdefault(_RANKS_WRITTEN, set()).update(ranks)
