"""What a connection sees of other tenants: nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from shared.store import tables
from shared.store.access import APPLICATION_ROLE
from shared.store.engine import Store, asyncpg_url
from tests.tenants import Tenant, new_tenant


async def test_without_a_tenant_a_connection_sees_nothing(store: Store, tenant: Tenant) -> None:
    async with store.no_tenant() as connection:
        assert (await connection.execute(select(tables.tenants))).all() == []
        assert (await connection.execute(select(tables.audit))).all() == []


async def test_a_tenant_sees_its_own_rows_alone(
    store: Store, tenant: Tenant, admin_database_url: str
) -> None:
    other = await new_tenant(admin_database_url)
    async with store.tenant(tenant.id) as connection:
        seen = (await connection.scalars(select(tables.tenants.c.id))).all()
    assert seen == [tenant.id]
    assert other.id not in seen


async def test_a_tenant_cannot_write_for_another(
    store: Store, tenant: Tenant, admin_database_url: str
) -> None:
    other = await new_tenant(admin_database_url)
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with store.tenant(tenant.id) as connection:
            await connection.execute(
                insert(tables.members).values(tenant_id=other.id, sub="intruder", role="admin")
            )


async def test_the_tenant_does_not_outlive_its_transaction(store: Store, tenant: Tenant) -> None:
    async with store.tenant(tenant.id) as connection:
        assert await connection.scalar(select(tables.tenants.c.id)) == tenant.id
    async with store.no_tenant() as connection:
        assert await connection.scalar(select(tables.tenants.c.id)) is None


async def test_the_audit_log_can_only_grow(store: Store, tenant: Tenant) -> None:
    async with store.tenant(tenant.id) as connection:
        await connection.execute(
            insert(tables.audit).values(
                tenant_id=tenant.id, actor="a", action="test.done", subject="x"
            )
        )
    for statement in ("DELETE FROM audit", "UPDATE audit SET actor = 'b'"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with store.tenant(tenant.id) as connection:
                await connection.execute(text(statement))


async def test_every_table_of_a_tenant_forces_row_level_security(admin_database_url: str) -> None:
    engine = create_async_engine(asyncpg_url(admin_database_url))
    async with engine.connect() as connection:
        unforced = set(
            await connection.scalars(
                text(
                    "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
                    "WHERE relkind = 'r' AND nspname = 'public' "
                    "AND NOT (relrowsecurity AND relforcerowsecurity)"
                )
            )
        )
        owned = await connection.scalar(
            text("SELECT count(*) FROM pg_tables WHERE tableowner = :role"),
            {"role": APPLICATION_ROLE},
        )
    await engine.dispose()
    same_for_all = {"report_types", "formats", "channels", "service_instances"}
    assert unforced == same_for_all | {"alembic_version"}
    assert owned == 0, "the application's role owns no table"


async def test_housekeeping_reads_across_tenants_and_only_what_it_needs(
    store: Store, tenant: Tenant
) -> None:
    async with store.housekeeping() as connection:
        assert tenant.id in set(await connection.scalars(select(tables.tenants.c.id)))
    with pytest.raises(DBAPIError, match="permission denied"):
        async with store.housekeeping() as connection:
            await connection.execute(select(tables.audit))
