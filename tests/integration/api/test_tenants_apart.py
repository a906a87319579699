"""Another tenant's report answers exactly like one that does not exist."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from tests.integration.api.test_roles import BODIES, guarded_routes
from tests.running_api import RunningApi, body

WITH_ID = [
    ("GET", ""),
    ("GET", "/download?format=csv"),
    ("HEAD", "/download?format=csv"),
    ("GET", "/events"),
    ("POST", "/cancel"),
    ("POST", "/retry"),
    ("POST", "/render"),
    ("GET", "/document"),
    ("GET", "/tables/{name}"),
    ("POST", "/deliver"),
    ("POST", "/supersede"),
    ("GET", "/links"),
    ("POST", "/links"),
    ("DELETE", "/links/{link_id}"),
    ("DELETE", ""),
]


async def test_this_list_of_routes_is_whole(api: RunningApi) -> None:
    known = {
        (method, f"/api/v1/reports/{{run_id}}{rest}".split("?")[0]) for method, rest in WITH_ID
    }

    assert known == {
        (method, path) for method, path, _ in guarded_routes(api.app) if "{run_id}" in path
    }


@pytest.mark.parametrize(("method", "rest"), WITH_ID)
@pytest.mark.parametrize("status", ["requested", "completed", "failed", "deleted"])
async def test_anothers_report_answers_like_none(
    method: str,
    rest: str,
    status: str,
    api: RunningApi,
    ada: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
) -> None:
    run = (await ada.post("/api/v1/reports", json=body())).json()["id"]
    if status in ("completed", "deleted"):
        await api.finish(run)
    if status == "failed":
        await api.change(run, status="failed")
    if status == "deleted":
        assert (await ada.delete(f"/api/v1/reports/{run}")).status_code == 204
    missing = str(uuid4())

    sent = BODIES.get((method, f"/api/v1/reports/{{run_id}}{rest}"))
    rest = rest.replace("{name}", "jobs").replace("{link_id}", str(uuid4()))
    theirs = await stranger.request(method, f"/api/v1/reports/{run}{rest}", json=sent)
    none = await stranger.request(method, f"/api/v1/reports/{missing}{rest}", json=sent)

    assert theirs.status_code == none.status_code == 404
    assert theirs.content.replace(run.encode(), missing.encode()) == none.content
    assert dict(theirs.headers) == dict(none.headers)


@pytest.mark.parametrize("run", ["x", "1", "%00", "..%2f..%2fetc", "0" * 500, "{}", "é"])
async def test_what_is_no_id_answers_like_none(run: str, ada: httpx.AsyncClient) -> None:
    answer = await ada.get(f"/api/v1/reports/{run}")

    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/not-found"


async def test_lists_logs_members_and_settings_are_each_tenants_own(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await ada.post("/api/v1/reports", json=body())
    await ada.put("/api/v1/members/bob", json={"role": "viewer"})
    settings = {
        "timezone": "Asia/Tokyo",
        "retention_days": 7,
        "max_backlog": 5,
        "freshness_seconds": 5,
        "schedule_minimum_minutes": 60,
        "schedule_failure_limit": 2,
        "max_schedules": 3,
        "max_runs_per_hour": 4,
        "max_burst_rows": 6,
        "reviewer_productivity": True,
        "reviewer_productivity_by_person": True,
    }
    await ada.patch("/api/v1/settings", json=settings)

    assert (await stranger.get("/api/v1/reports")).json()["items"] == []
    assert (await stranger.get("/api/v1/members")).json() == []
    assert (await stranger.get("/api/v1/audit")).json() == []
    theirs = (await stranger.get("/api/v1/settings")).json()
    assert theirs["timezone"] == "UTC"
    assert theirs["reviewer_productivity"] is False
    assert (await ada.get("/api/v1/settings")).json() == settings


async def test_tenants_may_use_the_same_idempotency_key(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    headers = {"Idempotency-Key": f"monthly-{uuid4()}"}
    first = await ada.post("/api/v1/reports", json=body(), headers=headers)
    second = await stranger.post("/api/v1/reports", json=body(formats=["pdf"]), headers=headers)

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] != second.json()["id"]
