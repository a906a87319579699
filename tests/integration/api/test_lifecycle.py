"""Lists, cancelling, retrying, deleting; and the log of who did what."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from shared.states import RunStatus
from shared.store import tables
from tests.running_api import RunningApi, body
from tests.tenants import Tenant

REPORTS = "/api/v1/reports"
TO_BOB = {"deliver_to": [{"channel": "email", "to": "bob@example.com"}]}


async def new_run(client: httpx.AsyncClient, **fields: Any) -> str:
    answer = await client.post(REPORTS, json=body(**fields))
    assert answer.status_code == 202
    return str(answer.json()["id"])


async def listed(client: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await client.get(REPORTS, params=query)
    assert answer.status_code == 200
    return [run["id"] for run in answer.json()["items"]]


async def test_a_list_goes_through_every_run_once_while_others_come_in(
    ada: httpx.AsyncClient, api: RunningApi
) -> None:
    runs = [await new_run(ada) for _ in range(11)]
    # Several at the very same instant: the id decides among them.
    (first,) = await api.rows(tables.runs, tables.runs.c.id == UUID(runs[0]))
    for run in runs[:6]:
        await api.change(run, created_at=first["created_at"])
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await ada.get(REPORTS, params={"limit": 3, **cursor})).json()
        seen += [run["id"] for run in page["items"]]
        await new_run(ada)
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}

    assert seen == runs[::-1]


async def test_a_page_that_is_just_full_is_the_last(ada: httpx.AsyncClient) -> None:
    for _ in range(3):
        await new_run(ada)

    page = (await ada.get(REPORTS, params={"limit": 3})).json()

    assert len(page["items"]) == 3
    assert page["next_cursor"] is None


async def test_lists_are_narrowed_by_status_and_type(
    ada: httpx.AsyncClient, api: RunningApi
) -> None:
    requested, completed, gone = [await new_run(ada) for _ in range(3)]
    await api.finish(completed)
    await ada.post(f"{REPORTS}/{gone}/cancel")
    await ada.delete(f"{REPORTS}/{gone}")

    assert await listed(ada) == [completed, requested]
    assert await listed(ada, status="completed") == [completed]
    assert await listed(ada, status="requested", type="delivery_summary") == [requested]
    assert await listed(ada, type="another_type") == []


async def test_cancelling_stops_the_run_and_its_deliveries(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    run = await new_run(ada, **TO_BOB)

    first = await ada.post(f"{REPORTS}/{run}/cancel")
    again = await ada.post(f"{REPORTS}/{run}/cancel")

    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert first.json()["status"] == "cancelled"
    assert [entry["status"] for entry in first.json()["deliveries"]] == ["cancelled"]
    assert [entry["stage"] for entry in first.json()["timeline"]] == ["requested", "cancelled"]
    logged = [row["action"] for row in await api.audit(studio)]
    assert logged == ["report.requested", "report.cancelled"]


@pytest.mark.parametrize("status", ["completed", "failed", "skipped"])
async def test_what_is_over_cannot_be_cancelled(
    status: str, ada: httpx.AsyncClient, api: RunningApi
) -> None:
    run = await new_run(ada)
    await api.change(run, status=status)

    answer = await ada.post(f"{REPORTS}/{run}/cancel")

    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/conflict"
    assert (await ada.get(f"{REPORTS}/{run}")).json()["status"] == status


async def test_a_failed_run_is_retried_from_the_beginning(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    run = await new_run(ada, **TO_BOB)
    error = {"code": "source_down", "message": "no answer", "stage": "aggregate", "service": "x"}
    await api.change(run, status="failed", error=error)
    async with api.admin.begin() as connection:
        table = tables.deliveries
        await connection.execute(
            update(table).where(table.c.run_id == UUID(run)).values(status="cancelled")
        )
    assert (await ada.get(f"{REPORTS}/{run}")).json()["error"] == error

    answer = await ada.post(f"{REPORTS}/{run}/retry")

    assert answer.status_code == 202
    view = answer.json()
    assert (view["status"], view["error"], view["started_at"]) == ("requested", None, None)
    assert [entry["status"] for entry in view["deliveries"]] == ["pending"]
    events = await api.rows(tables.outbox, tables.outbox.c.run_id == UUID(run))
    assert [event["event_type"] for event in events] == ["report.requested.v1"] * 2
    assert len({event["event_id"] for event in events}) == 2
    logged = [row["action"] for row in await api.audit(studio)]
    assert logged == ["report.requested", "report.retried"]


async def test_of_many_retries_at_once_one_starts_it(
    ada: httpx.AsyncClient, api: RunningApi
) -> None:
    run = await new_run(ada)
    await api.change(run, status="failed")

    answers = await asyncio.gather(*(ada.post(f"{REPORTS}/{run}/retry") for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [202] + [409] * 7


async def test_retries_count_towards_the_backlog(ada: httpx.AsyncClient, api: RunningApi) -> None:
    failed, _ = await new_run(ada), await new_run(ada)
    await api.change(failed, status="failed")
    await ada.patch("/api/v1/settings", json={"max_backlog": 1})

    answer = await ada.post(f"{REPORTS}/{failed}/retry")

    assert answer.status_code == 429
    assert answer.json()["type"] == "/problems/backlog"


@pytest.mark.parametrize("status", sorted(set(RunStatus) - {RunStatus.FAILED}))
async def test_only_a_failed_run_can_be_retried(
    status: str, ada: httpx.AsyncClient, api: RunningApi
) -> None:
    run = await new_run(ada)
    await api.change(run, status=status)

    answer = await ada.post(f"{REPORTS}/{run}/retry")

    assert answer.status_code == 409
    assert status in answer.json()["detail"]


async def test_deleting_takes_the_files_and_keeps_the_ledger(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    run = await new_run(ada, **TO_BOB)
    sha256 = await api.finish(run)
    (artifact,) = await api.rows(tables.artifacts, tables.artifacts.c.run_id == UUID(run))

    first = await ada.delete(f"{REPORTS}/{run}")
    again = await ada.delete(f"{REPORTS}/{run}")

    assert (first.status_code, first.content) == (again.status_code, again.content) == (204, b"")
    assert (await ada.get(f"{REPORTS}/{run}/download?format=csv")).status_code == 410
    with pytest.raises(Exception, match="blob_missing"):
        await api.blobs.get(artifact["blob_key"])
    view = (await ada.get(f"{REPORTS}/{run}")).json()
    assert view["status"] == "completed"
    assert view["deleted_at"]
    assert [(entry["sha256"], entry["url"]) for entry in view["artifacts"]] == [(sha256, None)]
    # Nothing is left that could be sent.
    assert [entry["status"] for entry in view["deliveries"]] == ["cancelled"]
    logged = [row["action"] for row in await api.audit(studio)]
    assert logged == ["report.requested", "report.deleted"]


@pytest.mark.parametrize("status", ["requested", "aggregating", "aggregated", "rendering"])
async def test_a_run_under_way_is_cancelled_before_it_is_deleted(
    status: str, ada: httpx.AsyncClient, api: RunningApi
) -> None:
    run = await new_run(ada)
    await api.change(run, status=status)

    assert (await ada.delete(f"{REPORTS}/{run}")).status_code == 409
    assert (await ada.post(f"{REPORTS}/{run}/cancel")).status_code == 200
    assert (await ada.delete(f"{REPORTS}/{run}")).status_code == 204


async def test_a_deleted_run_is_not_retried(ada: httpx.AsyncClient, api: RunningApi) -> None:
    run = await new_run(ada)
    await api.change(run, status="failed")
    await ada.delete(f"{REPORTS}/{run}")

    assert (await ada.post(f"{REPORTS}/{run}/retry")).status_code == 409


async def test_members_and_settings_are_changed_and_the_log_says_by_whom(
    ada: httpx.AsyncClient,
) -> None:
    sub = "https://id.example.com/users/".ljust(200, "7")
    member = {"role": "author", "email": "bob@example.com", "team": "lighting", "active": True}
    settings = {
        "timezone": "Asia/Tokyo",
        "retention_days": 7,
        "max_backlog": 5,
        "freshness_seconds": 0,
        "reviewer_productivity": True,
        "reviewer_productivity_by_person": False,
    }

    put = await ada.put(f"/api/v1/members/{sub}", json=member)
    members = (await ada.get("/api/v1/members")).json()
    changed = await ada.patch("/api/v1/settings", json=settings)
    removed = await ada.delete(f"/api/v1/members/{sub}")

    assert put.json() | member == put.json()
    assert [entry["sub"] for entry in members] == [sub]
    assert changed.json() | settings == changed.json()
    assert removed.status_code == 204
    assert (await ada.delete(f"/api/v1/members/{sub}")).status_code == 404
    log = (await ada.get("/api/v1/audit")).json()
    assert [(row["actor"], row["action"], row["subject"]) for row in log] == [
        ("ada", "member.removed", f"member/{sub}"),
        ("ada", "settings.changed", "settings"),
        ("ada", "member.changed", f"member/{sub}"),
    ]
    assert log[1]["details"] == changed.json()
    older = (await ada.get("/api/v1/audit", params={"before": log[1]["id"]})).json()
    assert older == log[2:]


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"timezone": "Mars/X"}, "/timezone"),
        ({"retention_days": 0}, "/retention_days"),
        ({"retention_days": 10**29}, "/retention_days"),
        ({"retention_days": True}, "/retention_days"),
        ({"retention_days": "30"}, "/retention_days"),
        ({"max_backlog": 0}, "/max_backlog"),
        ({"max_backlog": 1.5}, "/max_backlog"),
        ({"freshness_seconds": -1}, "/freshness_seconds"),
        ({"freshness_seconds": 3601}, "/freshness_seconds"),
        ({"colour": "red"}, "/colour"),
        ({"reviewer_productivity": "yes"}, "/reviewer_productivity"),
        ({"reviewer_productivity_by_person": 1}, "/reviewer_productivity_by_person"),
    ],
)
async def test_wrong_settings_are_refused_by_their_name(
    settings: dict[str, Any], field: str, ada: httpx.AsyncClient
) -> None:
    answer = await ada.patch("/api/v1/settings", json={"retention_days": 30} | settings)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await ada.get("/api/v1/settings")).json()["retention_days"] == 90


@pytest.mark.parametrize(
    ("member", "field"),
    [
        ({"role": "owner"}, "/role"),
        ({"email": "bob"}, "/email"),
        ({"team": "x" * 101}, "/team"),
        ({"active": "maybe"}, "/active"),
        ({"sub": "eve"}, "/sub"),
    ],
)
async def test_wrong_members_are_refused_by_their_name(
    member: dict[str, Any], field: str, ada: httpx.AsyncClient
) -> None:
    answer = await ada.put("/api/v1/members/bob", json={"role": "viewer"} | member)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
