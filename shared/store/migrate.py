"""Brings a store to the current tables, roles and policies: `python -m shared.store.migrate`.

Runs as an administrator of the database (`BROADSHEET_ADMIN_DATABASE_URL`) and may be run any
number of times, also by several at once: an advisory lock lets one work and the others wait.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import Connection, insert, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from uuid6 import uuid7

from shared.settings import PostgresUrl, SettingsError, from_environment
from shared.store import tables
from shared.store.access import APPLICATION_ROLE, HOUSEKEEPING_ROLE, access_statements
from shared.store.engine import asyncpg_url

_LOCK = 0x62726F6164  # any number, as long as every migration uses the same


class MigrationSettings(BaseSettings):
    """What the migration needs to know."""

    model_config = SettingsConfigDict(
        env_prefix="BROADSHEET_", extra="ignore", hide_input_in_errors=True
    )

    admin_database_url: PostgresUrl
    """`postgresql://…` as a role that may create roles and tables."""
    app_password: SecretStr
    """Password of the application's role."""
    housekeeping_password: SecretStr
    """Password of the housekeeping role."""


async def migrate(settings: MigrationSettings, *, demo: bool = False) -> None:
    """Create or update everything; with `demo`, also the demo tenant."""
    engine = create_async_engine(asyncpg_url(settings.admin_database_url.get_secret_value()))
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
            await connection.commit()
            try:
                await _ensure_role(connection, APPLICATION_ROLE, settings.app_password)
                await _ensure_role(connection, HOUSEKEEPING_ROLE, settings.housekeeping_password)
                await connection.run_sync(_run_alembic)
                for statement in access_statements():
                    await connection.execute(text(statement))
                if demo:
                    await _ensure_demo_tenant(connection)
                await connection.commit()
            finally:
                await connection.rollback()
                await connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
    finally:
        await engine.dispose()


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config


def _run_alembic(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "head")


async def _ensure_role(connection: AsyncConnection, role: str, password: SecretStr) -> None:
    known = await connection.scalar(
        text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}
    )
    verb = "ALTER" if known else "CREATE"
    # Passwords cannot be bound parameters here; quote_literal makes them safe.
    literal = await connection.scalar(
        text("SELECT quote_literal(CAST(:password AS text))"),
        {"password": password.get_secret_value()},
    )
    await connection.execute(
        text(
            f"{verb} ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {literal}".replace(
                ":", "\\:"
            )
        )
    )


async def _ensure_demo_tenant(connection: AsyncConnection) -> None:
    """The tenant `demo`, its administrator and its source `studio`; nothing is overwritten."""
    if await connection.scalar(text("SELECT tenant_by_slug('demo')")):
        return
    tenant_id = uuid7()
    await connection.execute(
        insert(tables.tenants).values(id=tenant_id, slug="demo", name="Example Studios")
    )
    await connection.execute(insert(tables.tenant_settings).values(tenant_id=tenant_id))
    await connection.execute(
        insert(tables.members).values(
            tenant_id=tenant_id, sub="demo-admin", email="admin@example.com", role="admin"
        )
    )
    await connection.execute(
        upsert(tables.sources).values(
            id=uuid7(),
            tenant_id=tenant_id,
            name="studio",
            kind="postgres",
            url_variable="BROADSHEET_SOURCE_STUDIO_URL",
            options={"search_path": "studio"},
        )
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", action="store_true", help="also create the demo tenant")
    arguments = parser.parse_args()
    try:
        settings = from_environment(MigrationSettings)
    except SettingsError as error:
        sys.exit(str(error))
    asyncio.run(migrate(settings, demo=arguments.demo))


if __name__ == "__main__":
    main()
