"""Tenants made for one test each, so that tests share a store and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import create_async_engine
from uuid6 import uuid7

from shared.store import tables
from shared.store.engine import asyncpg_url


@dataclass(frozen=True)
class Tenant:
    """A tenant with the demo studio registered as its source."""

    id: UUID
    slug: str


async def new_tenant(
    admin_database_url: str, *, timezone: str = "UTC", freshness_seconds: int = 0
) -> Tenant:
    """Create one, as the store's administrator. Its reports share nothing unless a test asks."""
    tenant = Tenant(id=uuid7(), slug=f"t{uuid7().hex[-12:]}")
    engine = create_async_engine(asyncpg_url(admin_database_url))
    async with engine.begin() as connection:
        await connection.execute(
            insert(tables.tenants).values(id=tenant.id, slug=tenant.slug, name="Test Studio")
        )
        await connection.execute(
            insert(tables.tenant_settings).values(
                tenant_id=tenant.id, timezone=timezone, freshness_seconds=freshness_seconds
            )
        )
        await connection.execute(
            insert(tables.sources).values(
                id=uuid7(),
                tenant_id=tenant.id,
                name="studio",
                kind="postgres",
                url_variable="BROADSHEET_SOURCE_STUDIO_URL",
                options={"search_path": "studio"},
            )
        )
    await engine.dispose()
    return tenant
