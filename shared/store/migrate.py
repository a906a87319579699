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
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.settings import SettingsError, from_environment
from shared.store.access import APPLICATION_ROLE, HOUSEKEEPING_ROLE, access_statements
from shared.store.engine import asyncpg_url
from shared.store.new_tenant import AdministratorSettings, NewTenant, Studio, add_tenant
from shared.store.starters import give_usage_summary

_LOCK = 0x62726F6164  # any number, as long as every migration uses the same


_DEMO = NewTenant(
    slug="demo",
    name="Example Studios",
    admin="demo-admin",
    admin_email="admin@example.com",
    studio=Studio("BROADSHEET_SOURCE_STUDIO_URL"),
)


class MigrationSettings(AdministratorSettings):
    """What the migration needs to know."""

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
    """The tenant `demo`, with what a tenant begins with; nothing is overwritten."""
    tenant_id = await connection.scalar(text("SELECT tenant_by_slug('demo')"))
    if tenant_id is None:
        await add_tenant(connection, _DEMO)
    else:
        # It may be older than what tenants begin with.
        await give_usage_summary(connection, tenant_id, _DEMO.admin)


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
