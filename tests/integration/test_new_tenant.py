"""What a tenant is and has when it is made, by command or as the demo."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import RowMapping, Table, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.places import CHECKOUT
from services.aggregator.report_types import report_types
from shared.cadence import CADENCE, fires
from shared.format_options import FormatOptions
from shared.periods import Preset
from shared.store import tables

Command = Callable[..., subprocess.CompletedProcess[str]]

STUDIO = ("--studio", "BROADSHEET_SOURCE_ACME_STUDIO_URL", "--search-path", "acme")
GRACE = ("--admin", "grace", "--admin-email", "grace@example.com", "--timezone", "Europe/Berlin")


@pytest.fixture
def new_tenant(admin_database_url: str) -> Command:
    """The command, as an operator calls it."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "shared.store.new_tenant", *arguments],
            cwd=CHECKOUT,
            env={**os.environ, "BROADSHEET_ADMIN_DATABASE_URL": admin_database_url},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


@pytest.fixture
def slug() -> str:
    return f"acme-{uuid4().hex[:8]}"


async def rows(admin: AsyncEngine, table: Table, tenant_id: UUID) -> list[RowMapping]:
    async with admin.connect() as connection:
        found = await connection.execute(select(table).where(table.c.tenant_id == tenant_id))
        return list(found.mappings().all())


async def test_a_new_tenant_has_an_administrator_a_source_and_a_weekly_usage_summary(
    new_tenant: Command, slug: str, admin: AsyncEngine
) -> None:
    made = new_tenant(slug, "Acme Pictures", *GRACE, *STUDIO)
    assert (made.returncode, made.stderr) == (0, "")
    tenant_id = UUID(made.stdout.strip())
    (settings,) = await rows(admin, tables.tenant_settings, tenant_id)
    assert settings["timezone"] == "Europe/Berlin"
    (member,) = await rows(admin, tables.members, tenant_id)
    assert (member["sub"], member["role"], member["email"]) == (
        *("grace", "admin"), "grace@example.com",
    )  # fmt: skip
    (source,) = await rows(admin, tables.sources, tenant_id)
    assert (source["name"], source["url_variable"]) == ("studio", STUDIO[1])
    assert source["options"] == {"search_path": "acme"}

    (definition,) = await rows(admin, tables.definitions, tenant_id)
    assert (definition["name"], definition["owner"]) == ("Usage Summary", "grace")
    (version,) = await rows(admin, tables.definition_versions, tenant_id)
    assert (version["definition_id"], version["version"]) == (definition["id"], 1)
    # All that it says is something that can be asked for.
    offered = report_types[version["report_type"]]
    assert offered.name == "usage_summary"
    assert offered.parameters.model_validate(version["parameters"]).model_dump()["limit"] == 1_000
    assert Preset(version["preset"]) is Preset.LAST_7_DAYS
    assert version["formats"] == ["pdf"]
    FormatOptions.model_validate(version["format_options"])

    (schedule,) = await rows(admin, tables.schedules, tenant_id)
    assert schedule["name"] == "Weekly Usage Summary e-mail"
    assert (schedule["definition_id"], schedule["owner"]) == (definition["id"], "grace")
    assert schedule["deliver_to"] == [{"channel": "email", "role": "admin"}]
    cadence = CADENCE.validate_python(schedule["cadence"])
    assert CADENCE.dump_python(cadence, mode="json", exclude_defaults=True).items() <= (
        schedule["cadence"].items()
    )
    first, second = (
        fire.at_utc
        for fire, _ in zip(
            fires(cadence, datetime(2026, 10, 26, tzinfo=UTC)), range(2), strict=False
        )
    )
    # Mondays at nine in New York, before and after the clocks go back on 1 November.
    assert first == datetime(2026, 10, 26, 13, tzinfo=UTC)
    assert second == datetime(2026, 11, 2, 14, tzinfo=UTC)


async def test_without_a_studio_or_where_it_is_not_wanted_there_is_no_usage_summary(
    new_tenant: Command, slug: str, admin: AsyncEngine
) -> None:
    for number, further in enumerate(((), (*STUDIO, "--without-usage-summary"))):
        made = new_tenant(f"{slug}-{number}", "Acme Pictures", "--admin", "grace", *further)
        tenant_id = UUID(made.stdout.strip())
        assert len(await rows(admin, tables.sources, tenant_id)) == number
        assert not await rows(admin, tables.definitions, tenant_id)
        assert not await rows(admin, tables.schedules, tenant_id)


async def test_the_demo_tenant_has_it_once_whatever_becomes_of_it(
    infra: LocalInfrastructure, admin: AsyncEngine
) -> None:
    async with admin.begin() as connection:
        demo = await connection.scalar(text("SELECT tenant_by_slug('demo')"))
        assert isinstance(demo, UUID)
        mine = tables.definitions.c.tenant_id == demo
        await connection.execute(
            update(tables.definitions).where(mine).values(name="Renamed by its owner")
        )
        await connection.execute(
            update(tables.schedules)
            .where(tables.schedules.c.tenant_id == demo)
            .values(deleted_at=datetime.now(UTC))
        )
    infra.migrate()
    (definition,) = await rows(admin, tables.definitions, demo)
    (schedule,) = await rows(admin, tables.schedules, demo)
    assert definition["name"] == "Renamed by its owner"
    assert schedule["deleted_at"] is not None


async def test_a_demo_tenant_that_is_older_gets_it_with_the_next_migration(
    infra: LocalInfrastructure, admin: AsyncEngine
) -> None:
    async with admin.begin() as connection:
        demo = await connection.scalar(text("SELECT tenant_by_slug('demo')"))
        assert isinstance(demo, UUID)
        for name in ("schedules", "definition_versions", "definitions"):
            table = tables.metadata.tables[name]
            await connection.execute(table.delete().where(table.c.tenant_id == demo))
    infra.migrate()
    (definition,) = await rows(admin, tables.definitions, demo)
    (schedule,) = await rows(admin, tables.schedules, demo)
    assert (definition["name"], definition["owner"]) == ("Usage Summary", "demo-admin")
    assert schedule["state"] == "active"


async def test_a_slug_that_is_taken_is_refused_and_nothing_is_left(
    new_tenant: Command, slug: str, admin: AsyncEngine
) -> None:
    new_tenant(slug, "Acme Pictures", *GRACE, *STUDIO)
    again = new_tenant(slug, "Another Acme", *GRACE, *STUDIO)
    assert again.returncode == 1
    assert again.stderr.strip() == f"there is a tenant {slug!r} already"
    async with admin.connect() as connection:
        names = await connection.scalars(
            select(tables.tenants.c.name).where(tables.tenants.c.slug == slug)
        )
        assert list(names) == ["Acme Pictures"]
