"""The migrations make what the tables' module says, and can be run again."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.infrastructure import LocalInfrastructure
from shared.store import tables
from shared.store.engine import asyncpg_url


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [
        difference
        for difference in compare_metadata(context, tables.metadata)
        if "studio" not in str(difference)
    ]


async def test_the_migrated_store_is_what_the_tables_say(admin_database_url: str) -> None:
    engine = create_async_engine(asyncpg_url(admin_database_url))
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await engine.dispose()


def test_migrating_again_changes_nothing_and_succeeds(infra: LocalInfrastructure) -> None:
    infra.migrate()
    infra.migrate()
