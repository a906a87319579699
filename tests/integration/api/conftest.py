"""One api for all tests of this folder; a tenant for each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
import uvicorn

from deploy.local.infrastructure import LocalInfrastructure
from tests.running_api import RunningApi, running_api
from tests.tenants import Tenant


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All in the event loop that the api lives in."""
    for item in items:
        if "tests/integration/api/" in item.path.as_posix():
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def api(infra: LocalInfrastructure) -> AsyncIterator[RunningApi]:
    """The api, as the local stack sets it, but that no test waits long for half a body or a
    preview that nobody makes."""
    async with running_api(infra, body_seconds=2, preview_seconds=2) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def studio(api: RunningApi) -> Tenant:
    """A tenant of the test's own."""
    return await api.new_tenant()


@pytest_asyncio.fixture(loop_scope="session")
async def ada(api: RunningApi, studio: Tenant) -> AsyncIterator[httpx.AsyncClient]:
    """An administrator of the studio."""
    async with api.client(studio) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(api: RunningApi) -> AsyncIterator[httpx.AsyncClient]:
    """An administrator of another tenant."""
    async with api.client(await api.new_tenant()) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def served(api: RunningApi) -> AsyncIterator[str]:
    """The api behind a real socket."""
    config = uvicorn.Config(api.app, port=0, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving
