"""All five services as processes, the local inbox, and a collector of their traces."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.postgres import url_as
from deploy.local.tokens import make_token, signing_key
from shared.store import tables
from shared.store.engine import asyncpg_url
from tests.inbox_process import running_inbox
from tests.otlp_collector import Collector, otlp_collector
from tests.processes import IMPATIENT, Fleet
from tests.studio import studio
from tests.tenants import Tenant

LOADED = "BROADSHEET_SOURCE_LOADED_URL"


@pytest.fixture(scope="package")
def collector() -> Iterator[Collector]:
    """Where all spans go."""
    with otlp_collector() as running:
        yield running


@pytest.fixture(scope="package")
def inbox(
    infra: LocalInfrastructure, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """The local inbox, over HTTP."""
    with running_inbox(infra, tmp_path_factory.mktemp("inbox")) as client:
        yield client


@pytest.fixture(scope="package")
def loaded_studio(infra: LocalInfrastructure) -> Iterator[str]:
    """A studio with its data up to today: its URL as an administrator.

    A tenant reads it once its source is pointed to `LOADED`; without that its studio is empty.
    """
    with studio(infra, scale=0.1, seed=3, until=datetime.now(UTC).date()) as url:
        yield url


@pytest.fixture(scope="package")
def fleet(
    infra: LocalInfrastructure,
    loaded_studio: str,
    inbox: httpx.Client,
    collector: Collector,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Fleet]:
    """One process of each service, all tracing."""
    traced = {
        "BROADSHEET_OTLP_ENDPOINT": collector.endpoint,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        # So that paths in answers are paths alone.
        "BROADSHEET_PUBLIC_URL": "",
        # Where the tests' own servers are, for destinations.
        "BROADSHEET_EGRESS_ALLOW": "127.0.0.1",
        LOADED: url_as(loaded_studio, "studio_reader", infra.places.secret("studio")),
    }
    with Fleet(infra, tmp_path_factory.mktemp("logs"), IMPATIENT | traced) as running:
        running.start_all()
        until = time.monotonic() + 20
        with client_of(infra, running, Tenant(UUID(int=0), "demo")) as client:
            while not client.get("/api/v1/report-types").json()[0]["formats"]:
                assert time.monotonic() < until, running.last_words()
                time.sleep(0.2)
        yield running


def client_of(
    infra: LocalInfrastructure, fleet: Fleet, tenant: Tenant, role: str = "admin"
) -> httpx.Client:
    """Somebody of the tenant."""
    token = make_token(signing_key(infra.places), tenant=tenant.slug, role=role, sub="ada")
    return httpx.Client(
        base_url=fleet["api"].url,
        headers={"Authorization": f"Bearer {token}"},
        timeout=40,
        trust_env=False,
    )


async def point_source_to(infra: LocalInfrastructure, tenant: Tenant, variable: str) -> None:
    """Have the tenant's source read from the address in that variable."""
    engine = create_async_engine(asyncpg_url(infra.admin_database_url))
    async with engine.begin() as connection:
        await connection.execute(
            update(tables.sources)
            .where(tables.sources.c.tenant_id == tenant.id)
            .values(url_variable=variable)
        )
    await engine.dispose()


@pytest.fixture
def ada(infra: LocalInfrastructure, fleet: Fleet, tenant: Tenant) -> Iterator[httpx.Client]:
    """An administrator of a tenant of the test's own."""
    with client_of(infra, fleet, tenant) as client:
        yield client


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    fleet = getattr(item, "funcargs", {}).get("fleet")
    if report.failed and isinstance(fleet, Fleet):
        report.sections.append(("service logs", fleet.last_words()))
    return report
