"""Definitions and schedules to be measured, written straight into the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import create_async_engine
from uuid6 import uuid7

from services.aggregator.catalogue import publish_report_types
from services.aggregator.report_types import report_types
from shared.store import tables
from shared.store.engine import asyncpg_url
from shared.store.new_tenant import NewTenant, Studio, add_tenant

_ADD = """
INSERT INTO schedules (id, tenant_id, definition_id, name, owner, cadence, next_run_at, state,
                       deliver_to, jitter_seconds)
SELECT gen_random_uuid(), $1, $2, $3 || ' ' || n, 'benchmarks',
       jsonb_build_object('kind', 'daily', 'timezone', 'UTC',
                          'time', to_char($4::timestamp, 'HH24:MI')),
       CASE WHEN $7 = 0 THEN $4::timestamp AT TIME ZONE 'UTC' END, $5,
       CASE WHEN $8 THEN '[{"channel": "email", "to": "someone@example.com"}]'::jsonb
            ELSE '[]' END, $7
  FROM generate_series(1, $6) AS n
"""


async def demo_tenant(url: str) -> UUID:
    """The tenant whose source is the demo studio. `url`: as the store's administrator."""
    engine = create_async_engine(asyncpg_url(url))
    async with engine.connect() as connection:
        found: UUID | None = await connection.scalar(
            select(tables.tenants.c.id).where(tables.tenants.c.slug == "demo")
        )
    await engine.dispose()
    assert found is not None
    return found


async def another_tenant(url: str) -> UUID:
    """One that reads the same studio."""
    engine = create_async_engine(asyncpg_url(url))
    async with engine.begin() as connection:
        found = await add_tenant(
            connection,
            NewTenant(
                slug=f"tenant-{uuid7().hex[-8:]}",
                name="Another",
                admin="somebody",
                studio=Studio("BROADSHEET_SOURCE_STUDIO_URL"),
                usage_summary=False,
            ),
        )
    await engine.dispose()
    return found


async def add_definition(url: str, tenant: UUID, formats: Sequence[str]) -> UUID:
    """A daily report of the tenant."""
    engine = create_async_engine(asyncpg_url(url))
    definition = uuid7()
    async with engine.begin() as connection:
        await publish_report_types(connection, report_types)
        await connection.execute(
            insert(tables.definitions).values(
                id=definition, tenant_id=tenant, name=f"measured {definition}", owner="benchmarks"
            )
        )
        await connection.execute(
            insert(tables.definition_versions).values(
                tenant_id=tenant,
                definition_id=definition,
                version=1,
                report_type="delivery_summary",
                formats=list(formats),
                preset="yesterday",
                timezone="UTC",
            )
        )
    await engine.dispose()
    return definition


async def add_schedules(
    connection: asyncpg.Connection,
    tenant: UUID,
    definition: UUID,
    name: str,
    due: datetime,
    count: int,
    *,
    state: str = "active",
    spread_seconds: int = 0,
    mailed: bool = True,
) -> None:
    """Daily ones at the time of `due` (UTC, without a zone), with numbers behind their names.

    Without spreading they are due at `due` itself; else the scheduler says when.
    """
    await connection.execute(
        _ADD, tenant, definition, name, due, state, count, spread_seconds, mailed
    )
    await connection.execute("VACUUM ANALYZE schedules")
