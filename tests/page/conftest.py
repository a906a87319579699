"""The five services with their page, an inbox, a small studio, and one Chromium for all tests."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator, Iterator
from datetime import date

import httpx
import pytest
from playwright.sync_api import Browser, Page

from deploy import page as page_build
from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.postgres import url_as
from deploy.local.tokens import make_token, signing_key
from tests.browsers import BROWSER, driven
from tests.e2e.conftest import point_source_to
from tests.inbox_process import running_inbox
from tests.page.visitor import Visitor
from tests.processes import IMPATIENT, Fleet, free_port
from tests.studio import studio
from tests.tenants import Tenant, new_tenant

UNTIL = date(2026, 11, 20)
PATIENCE_MS = 45_000
"""For what takes one or two seconds on a machine that has nothing else to do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """None of them where there is no browser."""
    for item in items:
        if "tests/page/" in item.path.as_posix() and BROWSER is None:
            item.add_marker(pytest.mark.skip(reason="there is no browser on this machine"))


@pytest.fixture(scope="package")
def inbox(
    infra: LocalInfrastructure, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """The local inbox, over HTTP."""
    with running_inbox(infra, tmp_path_factory.mktemp("inbox")) as client:
        yield client


@pytest.fixture(scope="package")
def fleet(
    infra: LocalInfrastructure, inbox: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    """One process of each service; the api has the page, and the demo's sign-in."""
    with studio(infra, scale=0.1, seed=1, until=UNTIL) as url:
        settings = {
            "BROADSHEET_PAGE_DIR": str(page_build.build()),
            "BROADSHEET_DEMO_SIGN_IN": "true",
            "BROADSHEET_PUBLIC_URL": "",
            "BROADSHEET_SOURCE_STUDIO_URL": url_as(
                url, "studio_reader", infra.places.secret("studio")
            ),
        }
        with Fleet(infra, tmp_path_factory.mktemp("logs"), IMPATIENT | settings) as running:
            running.start_all("aggregator", "renderer", "mailer", "scheduler")
            # At a port of its own, which is the same one after a restart.
            running.start("api", {"BROADSHEET_HTTP_PORT": str(free_port())})
            until = time.monotonic() + 30
            token = make_token(signing_key(infra.places))
            headers = {"Authorization": f"Bearer {token}"}
            types = f"{running['api'].url}/api/v1/report-types"
            while not httpx.get(types, headers=headers, trust_env=False).json()[0]["formats"]:
                assert time.monotonic() < until, running.last_words()
                time.sleep(0.2)
            yield running


@pytest.fixture(scope="package")
def sourceless(infra: LocalInfrastructure) -> Tenant:
    """A tenant whose source cannot be read."""

    async def made() -> Tenant:
        tenant = await new_tenant(infra.admin_database_url)
        await point_source_to(infra, tenant, "BROADSHEET_SOURCE_NOWHERE_URL")
        return tenant

    return asyncio.run(made())


@pytest.fixture(scope="package")
def chromium(fleet: Fleet, sourceless: Tenant) -> Iterator[Browser]:
    """One for all tests; each has a context of its own.

    After what runs an event loop of its own: Playwright's runs for as long as it is there.
    """
    with driven() as browser:
        yield browser


@pytest.fixture
def visitor(chromium: Browser, fleet: Fleet) -> Iterator[Visitor]:
    """Somebody at a wide screen whom nobody has signed in yet.

    Whatever a test is about: no page may log an error, break its policy, or ask another host.
    """
    with Visitor.arriving(chromium, fleet["api"].url) as arrived:
        yield arrived
        assert not arrived.complaints, arrived.complaints


@pytest.fixture
def page(visitor: Visitor) -> Page:
    """The visitor's page, signed in to the demo as its administrator."""
    visitor.sign_in_to_demo()
    return visitor.page


@pytest.fixture
def program(infra: LocalInfrastructure, fleet: Fleet) -> Iterator[httpx.Client]:
    """A program that uses the API as the demo's administrator, beside the page."""
    token = make_token(signing_key(infra.places))
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=fleet["api"].url, headers=headers, trust_env=False) as client:
        yield client


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    arguments = getattr(item, "funcargs", {})
    if report.failed and isinstance(running := arguments.get("fleet"), Fleet):
        report.sections.append(("service logs", running.last_words()))
    if report.failed and isinstance(visitor := arguments.get("visitor"), Visitor):
        report.sections.append(("what the page showed", visitor.words()))
    return report
