"""The migrations make what the tables' module says, and can be run again."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.command import upgrade
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from uuid6 import uuid7

from deploy.local.infrastructure import LocalInfrastructure
from shared.cadence import CADENCE, Cron
from shared.store import tables
from shared.store.engine import asyncpg_url
from shared.store.migrate import alembic_config


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


async def test_schedules_of_before_go_on_as_cron_cadences(admin_database_url: str) -> None:
    name = f"before_{uuid7().hex[-12:]}"
    url = make_url(asyncpg_url(admin_database_url))
    administrator = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with administrator.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    engine = create_async_engine(url.set(database=name))
    try:
        async with engine.connect() as connection:
            await connection.run_sync(lambda sync: upgrade(alembic_config(sync), "0008"))
            await connection.execute(text(_BEFORE))
            await connection.commit()
            await connection.run_sync(lambda sync: upgrade(alembic_config(sync), "head"))
            found = await connection.execute(
                text("SELECT cadence, state, state_reason, next_run_at, name FROM schedules")
            )
            schedules = {row.state: row for row in found}
            assert await connection.run_sync(_differences) == []
    finally:
        await engine.dispose()
        async with administrator.connect() as connection:
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        await administrator.dispose()

    assert set(schedules) == {"active", "paused", "disabled"}
    going_on = schedules["active"]
    cadence = CADENCE.validate_python(going_on.cadence)
    assert isinstance(cadence, Cron)
    assert (cadence.expression, cadence.timezone) == ("0 9 * * 1", "Europe/Berlin")
    assert going_on.next_run_at.isoformat() == "2026-11-23T08:00:00+00:00"
    assert schedules["disabled"].state_reason == "cannot be fired: it had no timezone"
    assert len({row.name for row in schedules.values()}) == 3, "each has a name of its own now"


_BEFORE = """
WITH tenant AS (
  INSERT INTO tenants (id, slug, name) VALUES (gen_random_uuid(), 'old', 'Old') RETURNING id),
definition AS (
  INSERT INTO definitions (id, tenant_id, name, owner)
  SELECT gen_random_uuid(), id, 'Weekly', 'somebody' FROM tenant RETURNING id, tenant_id)
INSERT INTO schedules
       (id, tenant_id, definition_id, name, cron, timezone, owner, active, problem, next_run_at)
SELECT gen_random_uuid(), tenant_id, id, 'Mondays', '0 9 * * 1', zone, 'somebody', active, problem,
       '2026-11-23 08:00+00'
  FROM definition, (VALUES
       ('Europe/Berlin', true, NULL),
       ('Europe/Berlin', false, NULL),
       ('Mars/X', false, 'cannot be fired: it had no timezone')) AS old (zone, active, problem)
"""
