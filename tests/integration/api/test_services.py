"""How the services are, as administrators are told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest_asyncio
from sqlalchemy import delete, insert, text
from uuid6 import uuid7

from shared.store import tables
from tests.running_api import RunningApi

SERVICES = "/api/v1/services"
_table = tables.service_instances


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nobody_else(api: RunningApi) -> None:
    """None of the processes of other tests, this api's own among them."""
    async with api.admin.begin() as connection:
        await connection.execute(delete(_table))


async def heard(api: RunningApi, service: str, seconds_ago: float, **values: Any) -> UUID:
    """A process tells of itself, so long ago."""
    row = {"id": uuid7(), "service": service, "host": "studio", "pid": 7, "every_seconds": 10}
    async with api.admin.begin() as connection:
        at = text(f"now() - interval '{seconds_ago} seconds'")
        await connection.execute(insert(_table).values(**row, heard_at=at, **values))
    return row["id"]  # type: ignore[return-value]  # the one UUID of the row


async def told(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get(SERVICES)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def of(client: httpx.AsyncClient, service: str) -> dict[str, Any]:
    (found,) = (each for each in (await told(client))["services"] if each["name"] == service)
    return dict(found)


async def test_what_a_process_cannot_use_is_named(api: RunningApi, ada: httpx.AsyncClient) -> None:
    await heard(api, "renderer", 2, failing=["blobs"])

    renderer = await of(ada, "renderer")

    assert renderer["state"] == "not_ready"
    assert renderer["instances"][0]["failing"] == ["blobs"]
    assert (await of(ada, "mailer"))["state"] == "unknown"


async def test_a_process_that_ended_is_told_of_for_an_hour_and_while_none_follows_it(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    last = await heard(api, "scheduler", 90_000)
    scheduler = await of(ada, "scheduler")
    assert (scheduler["state"], scheduler["instances"][0]["id"]) == ("silent", str(last))

    killed = await heard(api, "scheduler", 600)
    follower = await heard(api, "scheduler", 1)

    scheduler = await of(ada, "scheduler")
    assert scheduler["state"] == "ready"
    assert [each["id"] for each in scheduler["instances"]] == [str(follower), str(killed)]


async def test_depths_and_housekeeping_are_those_that_the_scheduler_told(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    at = "2026-11-22T09:00:00Z"
    queue, commands = "broadsheet.mailer.deliveries.bulk", "broadsheet.commands"
    depths = [
        {"name": queue, "ready": 4, "consumers": 1},
        {"name": commands, "ready": 0, "consumers": 0},
    ]
    job = {"name": "reaper", "what": "leases", "every_seconds": 2, "last_run": at, "did": 3}
    report = {
        "jobs": [{**job, "seconds": 0.25, "did_in_all": 8, "of a later version": 1}],
        "queues": {"at": at, "queues": depths},
        "outbox": {"at": at, "due": 5, "age_seconds": 1.5},
    }
    await heard(api, "scheduler", 1, report=report)

    answer = await told(ada)

    lanes = {each["name"]: each for each in answer["queues"]["queues"]}
    assert lanes[queue] == {
        "name": queue,
        "consumer": "mailer.deliveries",
        "lane": "bulk",
        "ready": 4,
        "consumers": 1,
    }
    assert (lanes[commands]["consumer"], lanes[commands]["lane"]) == ("commands", None)
    assert answer["outbox"] == {"at": at, "due": 5, "age_seconds": 1.5}
    (reaper,) = answer["jobs"]
    assert (reaper["service"], reaper["name"], reaper["last_run"]) == ("scheduler", "reaper", at)
    assert (reaper["seconds"], reaper["did"], reaper["did_in_all"]) == (0.25, 3, 8)


async def test_before_any_scheduler_has_told_of_queues_there_are_none(
    ada: httpx.AsyncClient,
) -> None:
    answer = await told(ada)

    assert (answer["queues"], answer["outbox"], answer["jobs"]) == (None, None, [])
    # The api that answers may have told of itself meanwhile.
    others = [each["state"] for each in answer["services"] if each["name"] != "api"]
    assert others == ["unknown"] * 4


async def test_an_administrator_of_any_tenant_is_told_the_same(
    api: RunningApi, ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await heard(api, "aggregator", 1)

    assert await of(ada, "aggregator") == await of(stranger, "aggregator")
