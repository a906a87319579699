"""Server-sent events, over a real socket."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy import text

from shared.outbox import RUN_CHANGED
from tests.running_api import RunningApi, body, claims
from tests.tenants import Tenant

REPORTS = "/api/v1/reports"
Event = tuple[str, Any]


@pytest_asyncio.fixture(loop_scope="session")
async def there(ada: httpx.AsyncClient, served: str) -> AsyncIterator[httpx.AsyncClient]:
    """Ada, over the wire."""
    async with httpx.AsyncClient(
        base_url=served, headers=dict(ada.headers), trust_env=False, timeout=20
    ) as client:
        yield client


async def events(answer: httpx.Response) -> AsyncIterator[Event]:
    """Each event's name and data."""
    name = ""
    async for line in answer.aiter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        if field == "data":
            yield name, json.loads(value)


async def test_a_stream_tells_each_change_and_ends_with_the_run(
    there: httpx.AsyncClient, api: RunningApi
) -> None:
    run = (await there.post(REPORTS, json=body())).json()["id"]
    told: list[Event] = []

    async with there.stream("GET", f"{REPORTS}/{run}/events") as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for event in events(answer):
            told.append(event)
            if len(told) == 1:
                await api.change(run, status="aggregating")
            if len(told) == 2:
                await api.finish(run)

    assert [(name, data["status"]) for name, data in told] == [
        ("status", "requested"),
        ("status", "aggregating"),
        ("status", "completed"),
        ("end", "completed"),
    ]
    view = (await there.get(f"{REPORTS}/{run}")).json()
    assert told[2][1] == view


async def test_a_stream_of_a_finished_run_ends_at_once(
    there: httpx.AsyncClient, api: RunningApi
) -> None:
    run = (await there.post(REPORTS, json=body())).json()["id"]
    await api.finish(run)

    async with there.stream("GET", f"{REPORTS}/{run}/events") as answer:
        names = [name async for name, _ in events(answer)]

    assert names == ["status", "end"]


async def test_a_hint_from_the_store_is_passed_on_without_waiting(
    there: httpx.AsyncClient, api: RunningApi
) -> None:
    run = (await there.post(REPORTS, json=body())).json()["id"]
    clock = asyncio.get_running_loop().time
    waited: list[float] = []

    for status in ("aggregating", "aggregated", "rendering", "completed"):
        async with there.stream("GET", f"{REPORTS}/{run}/events") as answer:
            changed = 0.0
            async for _, data in events(answer):
                if data["status"] == status:
                    waited.append(clock() - changed)
                    break
                changed = clock()
                await api.change(run, status=status)
                async with api.admin.begin() as connection:
                    await connection.execute(
                        text("SELECT pg_notify(:channel, :run)"),
                        {"channel": RUN_CHANGED, "run": run},
                    )

    # Without the hint each would take up to a second.
    assert min(waited) < 0.3


async def told_on_the_stream(
    served: str, token: str, run: str, after_the_first: Awaitable[Any]
) -> list[Event]:
    """What somebody with that token hears of the run, from the first event to the last."""
    headers = {"Authorization": f"Bearer {token}"}
    told: list[Event] = []
    async with (
        httpx.AsyncClient(base_url=served, headers=headers, trust_env=False, timeout=20) as client,
        client.stream("GET", f"{REPORTS}/{run}/events") as answer,
    ):
        async for event in events(answer):
            told.append(event)
            if len(told) == 1:
                await after_the_first
    return told


async def test_a_stream_ends_with_its_token_and_says_so(
    there: httpx.AsyncClient, api: RunningApi, studio: Tenant, served: str
) -> None:
    run = (await there.post(REPORTS, json=body())).json()["id"]
    token = api.token(claims(studio.slug, exp=int(time.time()) + 2))

    told = await told_on_the_stream(served, token, run, asyncio.sleep(0))

    assert [name for name, _ in told] == ["status", "refused"]
    assert told[-1][1]["status"] == 401
    assert "expired" in told[-1][1]["detail"]


async def test_a_stream_ends_for_a_member_who_was_shut_out(
    there: httpx.AsyncClient, api: RunningApi, studio: Tenant, served: str
) -> None:
    run = (await there.post(REPORTS, json=body())).json()["id"]
    token = api.token(claims(studio.slug, role="viewer", sub="bob"))
    shut_out = there.put("/api/v1/members/bob", json={"role": "viewer", "active": False})

    told = await told_on_the_stream(served, token, run, shut_out)

    assert [name for name, _ in told] == ["status", "refused"]
    assert told[-1][1]["status"] == 403
    assert "inactive" in told[-1][1]["detail"]


async def test_a_stream_of_nothing_is_refused_before_it_begins(there: httpx.AsyncClient) -> None:
    answer = await there.get(f"{REPORTS}/01a1fcdd-5707-7d2b-8aff-d610931d87d9/events")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_those_who_hang_up_leave_nothing_behind(
    there: httpx.AsyncClient, api: RunningApi
) -> None:
    run = (await there.post(REPORTS, json=body())).json()["id"]
    for _ in range(5):
        async with there.stream("GET", f"{REPORTS}/{run}/events") as answer:
            async for _ in events(answer):
                break

    for _ in range(40):
        if api.app.state.news.waiting == 0:
            break
        await asyncio.sleep(0.1)
    assert api.app.state.news.waiting == 0
