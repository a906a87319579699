"""Reports about how people work: off until the tenant's administrator switches them on."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.running_api import RunningApi, body
from tests.tenants import Tenant

REPORTS = "/api/v1/reports"


def asked(**fields: Any) -> dict[str, Any]:
    return body(type="reviewer_productivity", formats=["pdf"], **fields)


async def switch(ada: httpx.AsyncClient, **switches: bool) -> dict[str, Any]:
    answer = await ada.patch("/api/v1/settings", json=switches)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def assert_refused(answer: httpx.Response, field: str, switch: str) -> None:
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "/problems/report-switched-off"
    assert "switched off for this tenant" in problem["detail"]
    assert "an administrator of the tenant can switch it on" in problem["detail"]
    assert f'"{switch}": true' in problem["detail"]
    assert [error["field"] for error in problem["errors"]] == [field]


async def offered(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    types = (await client.get("/api/v1/report-types")).json()
    return {entry["name"]: entry for entry in types}


@pytest.mark.parametrize(
    "fields", [{}, {"parameters": {"by_person": True}}, {"parameters": {"nonsense": 1}}], ids=str
)
async def test_while_it_is_off_nobody_gets_it_and_the_answer_says_who_can_change_that(
    fields: dict[str, Any], ada: httpx.AsyncClient
) -> None:
    assert_refused(await ada.post(REPORTS, json=asked(**fields)), "/type", "reviewer_productivity")
    assert (await ada.get(REPORTS)).json()["items"] == []


async def test_the_list_of_report_types_marks_it_as_off(ada: httpx.AsyncClient) -> None:
    off = await offered(ada)
    assert off["reviewer_productivity"]["available"] is False
    assert "an administrator of the tenant" in off["reviewer_productivity"]["unavailable_because"]
    assert off["delivery_summary"]["available"] is True
    assert off["delivery_summary"]["unavailable_because"] is None

    await switch(ada, reviewer_productivity=True)

    on = (await offered(ada))["reviewer_productivity"]
    assert (on["available"], on["unavailable_because"]) == (True, None)


async def test_switched_on_it_is_by_team_and_people_take_a_switch_of_their_own(
    ada: httpx.AsyncClient,
) -> None:
    by_person = asked(parameters={"by_person": True})
    await switch(ada, reviewer_productivity=True)
    assert (await ada.post(REPORTS, json=asked())).status_code == 202
    assert_refused(
        await ada.post(REPORTS, json=by_person),
        "/parameters/by_person",
        "reviewer_productivity_by_person",
    )

    await switch(ada, reviewer_productivity_by_person=True)
    assert (await ada.post(REPORTS, json=by_person)).status_code == 202

    await switch(ada, reviewer_productivity=False)
    assert_refused(await ada.post(REPORTS, json=by_person), "/type", "reviewer_productivity")


async def test_a_run_that_failed_is_not_retried_once_it_is_off(
    ada: httpx.AsyncClient, api: RunningApi
) -> None:
    await switch(ada, reviewer_productivity=True)
    run = (await ada.post(REPORTS, json=asked())).json()["id"]
    await api.change(run, status="failed")
    await switch(ada, reviewer_productivity=False)

    assert_refused(await ada.post(f"{REPORTS}/{run}/retry"), "/type", "reviewer_productivity")
    assert (await ada.get(f"{REPORTS}/{run}")).json()["status"] == "failed"


async def test_a_switch_that_is_left_out_stays_as_it_is(ada: httpx.AsyncClient) -> None:
    on = {"reviewer_productivity": True, "reviewer_productivity_by_person": True}
    before = (await ada.get("/api/v1/settings")).json()
    await switch(ada, **on)

    assert await switch(ada) == before | on
    assert (await ada.get("/api/v1/settings")).json() == await switch(ada)


async def test_who_switched_it_on_is_in_the_log(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    await switch(ada, reviewer_productivity=True)

    (entry,) = await api.audit(studio)
    assert (entry["actor"], entry["action"]) == ("ada", "settings.changed")
    assert entry["details"]["reviewer_productivity"] is True
    assert entry["details"]["reviewer_productivity_by_person"] is False


async def test_an_author_cannot_switch_it_on(api: RunningApi, studio: Tenant) -> None:
    async with api.client(studio, role="author", sub="eve") as eve:
        answer = await eve.patch("/api/v1/settings", json={"reviewer_productivity": True})
        assert answer.status_code == 403
        assert_refused(await eve.post(REPORTS, json=asked()), "/type", "reviewer_productivity")
