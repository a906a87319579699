"""Keys are exchanged: what was sealed with the old one is sealed with the new one."""

from __future__ import annotations

import asyncio
from uuid import UUID

from click.testing import CliRunner, Result
from pydantic import SecretStr
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid6 import uuid7

from cli.main import main
from deploy.local.infrastructure import LocalInfrastructure
from shared.secret_box import SecretBox
from shared.store import tables
from tests.tenants import Tenant

OLD, NEW, LOST = "o" * 40, "n" * 40, "l" * 40


def box(key: str) -> SecretBox:
    return SecretBox(SecretStr(key))


async def saved(admin: AsyncEngine, tenant: Tenant, key: str) -> UUID:
    identifier = uuid7()
    async with admin.begin() as connection:
        await connection.execute(
            insert(tables.destinations).values(
                id=identifier,
                tenant_id=tenant.id,
                name=f"d{identifier.hex[-8:]}",
                channel="s3",
                settings={},
                secrets=box(key).seal({"secret_access_key": "hunter2"}, identifier),
                created_by="ada",
            )
        )
    return identifier


async def sealed(admin: AsyncEngine, identifier: UUID) -> str:
    table = tables.destinations
    async with admin.connect() as connection:
        return str(await connection.scalar(select(table.c.secrets).where(table.c.id == identifier)))


async def resealed(infra: LocalInfrastructure, *keys: str) -> Result:
    # As the role that operators have, who see nothing else of a destination.
    words = ["destination", "reseal", "--database-url", infra.housekeeping_database_url]
    environment = {"BROADSHEET_SECRET_KEYS": ",".join(keys)}
    return await asyncio.to_thread(CliRunner().invoke, main, words, env=environment)


async def test_after_it_the_new_key_alone_is_enough_and_a_lost_one_is_named(
    infra: LocalInfrastructure, admin: AsyncEngine, tenant: Tenant
) -> None:
    ours = await saved(admin, tenant, OLD)
    lost = await saved(admin, tenant, LOST)
    ended = await resealed(infra, NEW, OLD)
    assert box(NEW).open(await sealed(admin, ours), ours) == {"secret_access_key": "hunter2"}
    # What no key opens stays as it is, and is said.
    assert box(LOST).open(await sealed(admin, lost), lost) == {"secret_access_key": "hunter2"}
    assert ended.exit_code == 1
    assert str(lost) in ended.output
    assert str(ours) not in ended.output
    assert "hunter2" not in ended.output
    async with admin.begin() as connection:
        await connection.execute(
            tables.destinations.delete().where(tables.destinations.c.tenant_id == tenant.id)
        )
