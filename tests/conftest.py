"""A real broker and a real database for every test that wants one.

Where a container engine answers, they come from testcontainers; else from the private
instances that `make run` uses too. Either way each test session has its own, and so has each
worker where several run beside each other (`pytest -n`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from xdist.remote import Producer

from deploy.local.infrastructure import LocalInfrastructure
from shared.settings import ServiceSettings
from shared.store.engine import Store, asyncpg_url
from tests.browsers import BROWSER
from tests.containers_or_local import infrastructure, settings_of
from tests.distribution import ByWhatTheyShare
from tests.tenants import Tenant, new_tenant


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByWhatTheyShare:
    """Tests that share something made once stay in one worker."""
    return ByWhatTheyShare(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make pictures` asks for it."""
    parser.addoption(
        "--renew-pictures",
        action="store_true",
        help="store the pages of the gallery as they are now",
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was left out for want of a browser is said, not only counted."""
    if BROWSER is None:
        terminalreporter.write_line(
            "NOT TESTED: the web page and the HTML report in a browser. There is no Chromium "
            "here; Debian's package is called chromium.",
            yellow=True,
        )


@pytest.fixture
def renew_pictures(request: pytest.FixtureRequest) -> bool:
    """Whether the gallery's pictures are to be drawn afresh."""
    return bool(request.config.getoption("--renew-pictures"))


@pytest.fixture(scope="session")
def infra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalInfrastructure]:
    """Broker and database, migrated."""
    with infrastructure(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
def admin_database_url(infra: LocalInfrastructure) -> str:
    """The store's administrator: not bound by row-level security."""
    return infra.admin_database_url


@pytest.fixture(scope="session")
def settings(infra: LocalInfrastructure) -> ServiceSettings:
    """What every service is given."""
    return settings_of(infra)


@pytest.fixture
async def admin(admin_database_url: str) -> AsyncIterator[AsyncEngine]:
    """The same, connected."""
    # Some tests restart the database.
    engine = create_async_engine(asyncpg_url(admin_database_url), pool_pre_ping=True)
    yield engine
    await engine.dispose()


@pytest.fixture
async def store(settings: ServiceSettings) -> AsyncIterator[Store]:
    """The store as a service sees it."""
    store = Store.connect(settings, application_name="broadsheet-test")
    yield store
    await store.close()


@pytest.fixture
async def tenant(admin_database_url: str) -> Tenant:
    """A tenant of the test's own."""
    return await new_tenant(admin_database_url)
