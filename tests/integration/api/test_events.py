"""All events of a tenant, live: over HTTP, and in a terminal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import click.testing
import httpx
import pytest_asyncio
from sqlalchemy import insert
from uuid6 import uuid7

from cli.main import main
from services.api.cursors import cursor_after
from shared.events import Event, ReportCancelled, ReportFailed
from shared.outbox import row_of
from shared.states import Lane
from shared.store import tables
from tests.running_api import RunningApi, claims
from tests.tenants import Tenant

EVENTS = "/api/v1/events"


@pytest_asyncio.fixture(loop_scope="session")
async def there(api: RunningApi, studio: Tenant, served: str) -> AsyncIterator[httpx.AsyncClient]:
    """A viewer of the studio, over a socket."""
    token = api.token(claims(studio.slug, "viewer"))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=served, headers=headers, trust_env=False, timeout=60
    ) as client:
        yield client


def failed(tenant: Tenant, message: str = "the source is away") -> Event:
    return ReportFailed(
        run_id=uuid7(),
        tenant_id=tenant.id,
        lane=Lane.BULK,
        report_type="delivery_summary",
        stage="aggregate",
        code="source_away",
        message=message,
    )


def cancelled(tenant: Tenant) -> Event:
    return ReportCancelled(
        run_id=uuid7(), tenant_id=tenant.id, lane=Lane.BULK, report_type="delivery_summary"
    )


async def happen(api: RunningApi, *events: Event, ago: float = 0, **columns: Any) -> None:
    """As a relay that has just published them writes it down."""
    at = datetime.now(UTC) - timedelta(seconds=ago)
    async with api.admin.begin() as connection:
        for event in events:
            row = row_of(event, "test") | {"published_at": at} | columns
            await connection.execute(insert(tables.outbox).values(row))


async def told(
    client: httpx.AsyncClient, most: int, place: str | None = None, **query: str
) -> list[tuple[str, str, dict[str, Any]]]:
    """The next events of the stream: place, name, content."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    headers = {"Last-Event-ID": place} if place else {}
    async with (
        asyncio.timeout(60),
        client.stream("GET", EVENTS, params=query, headers=headers) as answer,
    ):
        assert answer.status_code == 200
        fields: dict[str, str] = {}
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if line:
                fields[name] = value
            elif "data" in fields:
                found.append((fields["id"], fields["event"], json.loads(fields["data"])))
                fields = {}
                if len(found) == most:
                    break
    return found


def now() -> str:
    """The place in the stream at which it is now."""
    return cursor_after(datetime.now(UTC), uuid7())


async def test_a_tenant_hears_of_its_own_events_alone(
    api: RunningApi, studio: Tenant, there: httpx.AsyncClient
) -> None:
    other = await api.new_tenant()
    await happen(api, cancelled(studio), ago=60)
    place = now()
    first, second = failed(studio), cancelled(studio)
    await happen(api, failed(other), first)
    await happen(api, cancelled(studio), exchange="", routing_key="a queue")  # a retry of ours
    await happen(api, second)

    heard = await told(there, 2, place)

    assert [name for _, name, _ in heard] == ["report.failed.v1", "report.cancelled.v1"]
    assert [UUID(event["id"]) for _, _, event in heard] == [first.id, second.id]
    (_, _, event), _ = heard
    assert (event["specversion"], event["type"]) == ("1.0", "report.failed.v1")
    assert event["data"] == json.loads(first.model_dump_json())


async def test_who_names_no_place_hears_what_happens_from_now_on(
    api: RunningApi, studio: Tenant, there: httpx.AsyncClient
) -> None:
    await happen(api, failed(studio, "before"))
    listening = asyncio.create_task(told(there, 1))
    while not listening.done():
        await happen(api, failed(studio, "after"))
        await asyncio.sleep(0.1)

    ((_, _, event),) = await listening
    assert event["data"]["message"] == "after"


async def test_a_reader_goes_on_where_it_was_and_chooses_what_it_hears(
    api: RunningApi, studio: Tenant, there: httpx.AsyncClient
) -> None:
    begun = failed(studio)
    place = now()
    await happen(api, begun)
    ((place, _, _),) = await told(there, 1, place)
    # What a relay published before, and could write down only now, is not lost.
    late, next_one, last = cancelled(studio), failed(studio), cancelled(studio)
    await happen(api, late, ago=2)
    await happen(api, next_one)
    await happen(api, last)

    heard = await told(there, 3, place)
    only_failed = await told(there, 1, place, type="report.failed")
    refused = await there.get(EVENTS, headers={"Last-Event-ID": "nonsense"})
    unknown = await there.get(EVENTS, params={"type": "%"})

    assert {UUID(event["id"]) for _, _, event in heard} == {late.id, next_one.id, last.id}
    assert [UUID(event["id"]) for _, _, event in only_failed] == [next_one.id]
    assert refused.status_code == unknown.status_code == 422


async def test_a_terminal_follows_what_happens(
    api: RunningApi, studio: Tenant, served: str
) -> None:
    place = now()

    def tail(*arguments: str) -> click.testing.Result:
        token = api.token(claims(studio.slug, "viewer"))
        words = ["tail", *arguments, "--since", place, "--api-url", served, "--token", token]
        return click.testing.CliRunner().invoke(main, words)

    event = failed(studio, "the source\x1b[31m is away")
    await happen(api, cancelled(studio))
    await happen(api, event)
    # One after the other: each takes the process's output for itself.
    for_people = await asyncio.to_thread(tail, "report.failed", "-n", "1")
    for_programs = await asyncio.to_thread(tail, "--json", "-n", "2")
    refused = await asyncio.to_thread(tail, "no such kind")

    assert for_people.exit_code == 0, for_people.output
    (line,) = for_people.output.splitlines()
    assert "report.failed" in line
    assert str(event.run_id) in line
    assert "source_away" in line
    assert "\x1b" not in line, "it steers the terminal"
    types = [json.loads(line)["type"] for line in for_programs.output.splitlines()]
    assert types == ["report.cancelled.v1", "report.failed.v1"]
    assert refused.exit_code == 1
    assert "422" in refused.output
