"""Makes a tenant: `python -m shared.store.new_tenant acme "Acme Pictures" --admin grace`.

Runs as an administrator of the database (`BROADSHEET_ADMIN_DATABASE_URL`), once the store has been
migrated. What a tenant begins with is in `shared.store.starters`.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from uuid6 import uuid7

from shared.periods import timezone_named
from shared.settings import PostgresUrl, SettingsError, from_environment
from shared.store import tables
from shared.store.engine import asyncpg_url
from shared.store.starters import give_usage_summary


class AdministratorSettings(BaseSettings):
    """Who may make tables and tenants."""

    model_config = SettingsConfigDict(
        env_prefix="BROADSHEET_", extra="ignore", hide_input_in_errors=True
    )

    admin_database_url: PostgresUrl
    """`postgresql://…` as a role that may create roles and tables."""


@dataclass(frozen=True)
class Studio:
    """The source that report types read."""

    url_variable: str
    """The variable of the aggregator's environment that holds its address."""
    search_path: str = "studio"
    """The schema of its tables or views."""


@dataclass(frozen=True)
class NewTenant:
    """What is known of a tenant from the start."""

    slug: str
    """The `tenant` claim of its tokens."""
    name: str
    admin: str
    """The `sub` of its first administrator."""
    admin_email: str | None = None
    timezone: str = "UTC"
    studio: Studio | None = None
    usage_summary: bool = True
    """Whether it gets the usage summary, if it has a studio."""


async def add_tenant(connection: AsyncConnection, new: NewTenant) -> UUID:
    """Write it, in the caller's transaction. IntegrityError: the slug is taken."""
    tenant_id = uuid7()
    await connection.execute(
        insert(tables.tenants).values(id=tenant_id, slug=new.slug, name=new.name)
    )
    await connection.execute(
        insert(tables.tenant_settings).values(tenant_id=tenant_id, timezone=new.timezone)
    )
    await connection.execute(
        insert(tables.members).values(
            tenant_id=tenant_id, sub=new.admin, email=new.admin_email, role="admin"
        )
    )
    if new.studio is not None:
        await connection.execute(
            insert(tables.sources).values(
                id=uuid7(),
                tenant_id=tenant_id,
                name="studio",
                kind="postgres",
                url_variable=new.studio.url_variable,
                options={"search_path": new.studio.search_path},
            )
        )
        if new.usage_summary:
            await give_usage_summary(connection, tenant_id, new.admin)
    return tenant_id


def _matching(pattern: str, what: str) -> Callable[[str], str]:
    def checked(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise argparse.ArgumentTypeError(f"{text[:80]!r} is not {what}")
        return text

    return checked


def _timezone(name: str) -> str:
    try:
        timezone_named(name)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return name


def asked(arguments: list[str] | None = None) -> NewTenant:
    """What the command line says; SystemExit where that makes no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m shared.store.new_tenant", description="Make a tenant."
    )
    parser.add_argument(
        "slug",
        type=_matching(r"[a-z0-9][a-z0-9-]{0,62}", "a slug: small letters, digits and hyphens"),
        help="the `tenant` claim of its tokens",
    )
    parser.add_argument("name", type=_matching(r"[^\x00-\x1f]{1,200}", "a name"), help="for people")
    parser.add_argument(
        "--admin",
        required=True,
        type=_matching(r"[^\x00-\x1f]{1,200}", "a `sub`"),
        help="the `sub` of its first administrator",
    )
    parser.add_argument(
        "--admin-email",
        type=_matching(r"[^\s@,;<>]+@[^\s@,;<>]+", "one e-mail address"),
        help="where the administrator gets mail",
    )
    parser.add_argument("--timezone", type=_timezone, default="UTC", help="IANA name (UTC)")
    parser.add_argument(
        "--studio",
        metavar="VARIABLE",
        type=_matching(r"[A-Z][A-Z0-9_]{0,99}", "the name of an environment variable"),
        help="the aggregator's variable with the address of its studio's database",
    )
    parser.add_argument(
        "--search-path", default="studio", help="the schema of the studio's tables (studio)"
    )
    parser.add_argument(
        "--without-usage-summary",
        action="store_true",
        help="for a studio without usage events: leave out the weekly report about them",
    )
    given = parser.parse_args(arguments)
    return NewTenant(
        slug=given.slug,
        name=given.name,
        admin=given.admin,
        admin_email=given.admin_email,
        timezone=given.timezone,
        studio=Studio(given.studio, given.search_path) if given.studio else None,
        usage_summary=not given.without_usage_summary,
    )


async def _add(settings: AdministratorSettings, new: NewTenant) -> UUID:
    engine = create_async_engine(asyncpg_url(settings.admin_database_url.get_secret_value()))
    try:
        async with engine.begin() as connection:
            return await add_tenant(connection, new)
    finally:
        await engine.dispose()


def main() -> None:
    """The command; prints the tenant's id."""
    new = asked()
    try:
        settings = from_environment(AdministratorSettings)
        print(asyncio.run(_add(settings, new)))
    except SettingsError as error:
        sys.exit(str(error))
    except IntegrityError:
        sys.exit(f"there is a tenant {new.slug!r} already")


if __name__ == "__main__":
    main()
