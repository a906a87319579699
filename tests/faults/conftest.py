"""A broker and a database of these tests' own, since they stop them; and mortal services."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from shared.lease import RELEASED
from shared.settings import ServiceSettings
from shared.states import DeliveryStatus
from shared.store import tables
from shared.store.engine import Store
from tests.containers_or_local import settings_of
from tests.faults.mortal_fleet import MortalFleet
from tests.messages import Messages, messages
from tests.pipeline import Pipeline
from tests.post_office import PostOffice, post_office
from tests.tenants import Tenant


@pytest.fixture(scope="package")
def infra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalInfrastructure]:
    """Broker and database as child processes, whatever the environment names."""
    with pytest.MonkeyPatch.context() as environment:
        for variable in ("BROADSHEET_AMQP_URL", "BROADSHEET_DATABASE_URL"):
            environment.delenv(variable, raising=False)
        with LocalInfrastructure(tmp_path_factory.mktemp("faults")) as running:
            yield running


# Of this `infra`, and not of the one that other tests may have started before.
@pytest.fixture(scope="package")
def admin_database_url(infra: LocalInfrastructure) -> str:
    """The store's administrator: not bound by row-level security."""
    return infra.admin_database_url


@pytest.fixture(scope="package")
def settings(infra: LocalInfrastructure) -> ServiceSettings:
    """What every service is given."""
    return settings_of(infra)


@pytest.fixture(scope="package")
def post() -> Iterator[PostOffice]:
    """Where all mail goes."""
    with post_office() as office:
        yield office


@pytest.fixture(scope="package")
def running_fleet(
    infra: LocalInfrastructure, post: PostOffice, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MortalFleet]:
    """All five services, for as long as the tests run."""
    with MortalFleet(infra, tmp_path_factory.mktemp("logs"), post) as fleet:
        fleet.start_all()
        yield fleet


@pytest.fixture
def fleet(running_fleet: MortalFleet) -> Iterator[MortalFleet]:
    """All five services, one process each and none of them doomed."""
    running_fleet.restore()
    yield running_fleet
    running_fleet.restore(wait=False)


@pytest.fixture
async def pipeline(
    tenant: Tenant, store: Store, admin: AsyncEngine, infra: LocalInfrastructure
) -> Pipeline:
    """The reports of a tenant of the test's own."""
    return Pipeline(tenant, store, admin, Path(infra.places.blobs))


@pytest.fixture
async def fresh_mailer(
    fleet: MortalFleet, pipeline: Pipeline, admin: AsyncEngine
) -> AsyncIterator[None]:
    """One that knows nothing of any receiver; what it leaves is not for the mailers of others."""
    # On a busy machine two seconds are soon over.
    fleet.replace("mailer", {"BROADSHEET_LEASE_SECONDS": "15"})
    yield
    fleet["mailer"].kill()
    deliveries = tables.deliveries
    async with admin.begin() as connection:
        await connection.execute(
            update(deliveries)
            .where(deliveries.c.tenant_id == pipeline.tenant.id)
            .values(status=DeliveryStatus.CANCELLED, **RELEASED)
        )


@pytest.fixture
async def broker(infra: LocalInfrastructure) -> AsyncIterator[Messages]:
    """The broker, for raw messages."""
    async with messages(infra.amqp_url) as connection:
        yield connection


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    fleet = getattr(item, "funcargs", {}).get("fleet")
    if report.failed and isinstance(fleet, MortalFleet):
        report.sections.append(("service logs", fleet.last_words()))
    return report
