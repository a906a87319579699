"""Formats added to a completed report: who may, when, and what is asked of the renderer."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, update

from services.api.backlog import Backlog
from services.api.problems import Problem
from shared.store import tables
from tests.running_api import RunningApi, body
from tests.tenants import Tenant

REPORTS = "/api/v1/reports"


async def completed_run(client: httpx.AsyncClient, api: RunningApi, **fields: Any) -> str:
    run = str((await client.post(REPORTS, json=body(**fields))).json()["id"])
    await api.finish(run)
    return run


async def add(client: httpx.AsyncClient, run: str, *formats: str, **headers: str) -> httpx.Response:
    return await client.post(
        f"{REPORTS}/{run}/render", json={"formats": list(formats)}, headers=headers
    )


async def asked(api: RunningApi, run: str) -> list[str]:
    """The ids of the events that asked the renderer."""
    events = await api.rows(tables.outbox, tables.outbox.c.run_id == UUID(run))
    return [str(e["event_id"]) for e in events if e["event_type"] == "report.format_requested.v1"]


async def test_what_is_added_is_pending_and_the_run_stays_completed(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    run = await completed_run(
        ada, api, deliver_to=[{"channel": "email", "to": "someone@example.com"}]
    )
    before = (await ada.get(f"{REPORTS}/{run}")).json()

    answer = await add(ada, run, "xlsx", "csv")

    assert answer.status_code == 202
    assert answer.headers["Location"].endswith(f"{REPORTS}/{run}")
    view = answer.json()
    assert view["status"] == "completed"
    assert [(a["format"], a["status"]) for a in view["artifacts"]] == [
        ("csv", "rendered"),
        ("xlsx", "pending"),
    ]
    assert view["artifacts"][0] == before["artifacts"][0], "what is there stays as it is"
    assert view["formats"] == ["csv"], "what the run was asked for, and what mails carry"
    assert view["deliveries"] == before["deliveries"]
    assert [e["stage"] for e in view["timeline"]][-1:] == ["format_requested"]
    assert view["timeline"][-1]["detail"] == "xlsx"
    assert len(await asked(api, run)) == 1
    entry = (await api.audit(studio))[-1]
    assert (entry["action"], entry["details"]) == ("report.formats_added", {"formats": ["xlsx"]})
    early = await ada.get(f"{REPORTS}/{run}/download?format=xlsx")
    assert early.status_code == 404
    assert "being made" in early.json()["detail"]


async def test_a_format_that_is_there_already_needs_nothing(
    ada: httpx.AsyncClient, api: RunningApi
) -> None:
    run = await completed_run(ada, api)
    answer = await add(ada, run, "csv")
    assert answer.status_code == 200
    assert await asked(api, run) == []


async def test_of_many_who_ask_at_once_one_is_heard(
    ada: httpx.AsyncClient, api: RunningApi
) -> None:
    run = await completed_run(ada, api)
    answers = await asyncio.gather(*(add(ada, run, "xlsx", "json") for _ in range(6)))
    assert {answer.status_code for answer in answers} == {202}
    assert len(await asked(api, run)) == 2, "one for each format"


@pytest.mark.parametrize("status", ["requested", "rendering", "failed", "cancelled"])
async def test_only_a_completed_report_gets_further_formats(
    status: str, ada: httpx.AsyncClient, api: RunningApi
) -> None:
    run = (await ada.post(REPORTS, json=body())).json()["id"]
    await api.change(run, status=status)
    answer = await add(ada, run, "xlsx")
    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/conflict"
    assert status in answer.json()["detail"]


@pytest.mark.parametrize("formats", [["papyrus"], ["xlsx", "xlsx"], [], ["mail"]])
async def test_only_what_the_type_offers_can_be_added_and_once(
    formats: list[str], ada: httpx.AsyncClient, api: RunningApi
) -> None:
    run = await completed_run(ada, api)
    answer = await add(ada, run, *formats)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("/formats")
    assert await asked(api, run) == []


async def test_once_the_snapshot_is_no_longer_kept_nothing_more_is_made_of_it(
    ada: httpx.AsyncClient, api: RunningApi
) -> None:
    expired, deleted = await completed_run(ada, api), await completed_run(ada, api)
    await api.change(expired, files_expired_at=func.now())
    await ada.delete(f"{REPORTS}/{deleted}")
    for run, why in ((expired, "has passed its retention"), (deleted, "was deleted")):
        answer = await add(ada, run, "xlsx")
        assert answer.status_code == 410
        assert why in answer.json()["detail"]
        assert await asked(api, run) == []


async def test_a_format_that_failed_says_why_and_can_be_asked_for_again(
    ada: httpx.AsyncClient, api: RunningApi
) -> None:
    run = await completed_run(ada, api)
    await add(ada, run, "xlsx")
    error = {"code": "render_timeout", "message": "drawing took more than 60 s"}
    async with api.admin.begin() as connection:
        table = tables.artifacts
        await connection.execute(
            update(table)
            .where(table.c.run_id == UUID(run), table.c.format == "xlsx")
            .values(status="failed", error=error, attempt=5)
        )
    failed = (await ada.get(f"{REPORTS}/{run}")).json()["artifacts"][1]
    assert (failed["status"], failed["error"]) == ("failed", error)

    answer = await add(ada, run, "xlsx")

    assert answer.status_code == 202
    again = answer.json()["artifacts"][1]
    assert (again["status"], again["error"]) == ("pending", None)
    assert len(set(await asked(api, run))) == 2, "a new event, not one that was had before"


async def test_a_repeated_key_asks_once_and_stands_for_one_request(
    ada: httpx.AsyncClient, api: RunningApi
) -> None:
    run, other = await completed_run(ada, api), await completed_run(ada, api)
    key = {"Idempotency-Key": "as-a-sheet"}
    first = await add(ada, run, "xlsx", **key)
    again = await add(ada, run, "xlsx", **key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["artifacts"] == again.json()["artifacts"]
    for answer in (await add(ada, run, "json", **key), await add(ada, other, "xlsx", **key)):
        assert answer.status_code == 409
        assert answer.json()["type"] == "/problems/idempotency-key-reused"
    assert len(await asked(api, run)) == 1
    assert await asked(api, other) == []


async def test_viewers_and_strangers_add_nothing_and_any_author_may(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant, stranger: httpx.AsyncClient
) -> None:
    run = await completed_run(ada, api)
    async with (
        api.client(studio, role="viewer", sub="vic") as viewer,
        api.client(studio, role="author", sub="bob") as author,
    ):
        assert (await add(viewer, run, "xlsx")).status_code == 403
        assert (await add(stranger, run, "xlsx")).status_code == 404
        assert await asked(api, run) == []
        assert (await add(author, run, "xlsx")).status_code == 202


async def test_pending_formats_count_towards_the_backlog(
    ada: httpx.AsyncClient, api: RunningApi
) -> None:
    run = await completed_run(ada, api)
    assert (await add(ada, run, "xlsx")).status_code == 202
    await ada.patch("/api/v1/settings", json={"max_backlog": 1})
    principal = await api.app.state.gatekeeper.admit_bearer(ada.headers["Authorization"])
    with pytest.raises(Problem, match="1 reports of your organisation are under way"):
        # One that has counted nothing yet.
        async with Backlog(api.app.state.store).room_for_one(principal):
            raise AssertionError("let in")
