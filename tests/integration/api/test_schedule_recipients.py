"""Schedules that name a role in place of an address, over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared.store.starters import USAGE_SUMMARY, WEEKLY_USAGE_SUMMARY, give_usage_summary
from tests.integration.api.test_definitions import saved
from tests.integration.api.test_schedules import SCHEDULES, SOMEONE, planned
from tests.running_api import MONDAYS, RunningApi, schedule
from tests.tenants import Tenant

ADMINS = {"channel": "email", "role": "admin"}


async def member(client: httpx.AsyncClient, sub: str, role: str, **other: Any) -> str:
    """Somebody of the tenant; their address."""
    address = f"{sub}@example.com"
    answer = await client.put(
        f"/api/v1/members/{sub}", json={"role": role, "email": address, **other}
    )
    assert answer.status_code == 200, answer.text
    return address


async def test_a_role_is_kept_as_one_and_exported_as_one(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    there = await planned(ada, deliver_to=[ADMINS, SOMEONE])
    assert there["deliver_to"] == [ADMINS, SOMEONE]
    changed = await ada.patch(
        f"{SCHEDULES}/{there['id']}", json={"deliver_to": [ADMINS]}, headers={"If-Match": "*"}
    )
    assert changed.json()["deliver_to"] == [ADMINS]
    exported = (await ada.get("/api/v1/export")).json()
    assert [entry["deliver_to"] for entry in exported["schedules"]] == [[ADMINS]]
    assert (await stranger.post("/api/v1/import", json=exported)).status_code == 200
    assert (await stranger.get("/api/v1/export")).json() == exported


@pytest.mark.parametrize(
    ("field", "deliver_to"),
    [
        ("/deliver_to/0/role", [{"channel": "email", "role": "boss"}]),
        ("/deliver_to/0/to", [ADMINS | SOMEONE]),
        ("/deliver_to/1/role", [ADMINS, ADMINS]),
        ("/deliver_to/0/channel", [{"channel": "pigeon", "role": "admin"}]),
        ("/deliver_to/0/channel", [{"role": "admin"}]),
        ("/deliver_to/0/to", [{"channel": "email"}]),
    ],
)
async def test_recipients_that_cannot_be_meant_are_refused_with_their_field(
    field: str, deliver_to: list[Any], ada: httpx.AsyncClient
) -> None:
    of = (await saved(ada))["id"]
    answer = await ada.post(SCHEDULES, json=schedule(of, deliver_to=deliver_to))
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_run_by_hand_it_goes_to_whoever_has_the_role_now(ada: httpx.AsyncClient) -> None:
    there = await planned(ada, deliver_to=[ADMINS])
    refused = await ada.post(f"{SCHEDULES}/{there['id']}/run")
    assert refused.status_code == 409
    assert "sent to nobody: no active admin has an address" in refused.json()["detail"]

    address = await member(ada, "grace", "admin")
    await member(ada, "heidi", "admin", active=False)
    await member(ada, "bob", "author")
    run = (await ada.post(f"{SCHEDULES}/{there['id']}/run")).json()
    assert [delivery["to"] for delivery in run["deliveries"]] == [address]


async def test_why_is_answered_for_whoever_has_the_role(ada: httpx.AsyncClient) -> None:
    there = await planned(ada, deliver_to=[ADMINS])
    asked = {"date": "2027-01-04"}  # a Monday to come
    told = {}
    for sub, role in (("grace", "admin"), ("bob", "author")):
        asked["recipient"] = (await member(ada, sub, role)).upper()
        told[sub] = (await ada.get("/api/v1/why", params=asked)).json()["entries"]
    ((entry,), nothing) = told["grace"], told["bob"]
    assert (entry["schedule"], entry["verdict"]) == (there["id"], "due")
    assert not nothing


async def test_what_a_tenant_begins_with_can_be_looked_at_and_changed(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    async with api.admin.begin() as connection:
        await give_usage_summary(connection, studio.id, "ada")
    (definition,) = (await ada.get("/api/v1/definitions")).json()["items"]
    assert (definition["name"], definition["type"]) == (USAGE_SUMMARY, "usage_summary")
    (there,) = (await ada.get(SCHEDULES)).json()["items"]
    assert (there["name"], there["deliver_to"]) == (WEEKLY_USAGE_SUMMARY, [ADMINS])
    url = f"{SCHEDULES}/{there['id']}"
    preview = (await ada.get(f"{url}/preview", params={"n": 2})).json()
    assert [line["on"][-5:] for line in preview["items"]] == ["09:00", "09:00"]

    # What is said is what a request may say.
    exported = (await ada.get("/api/v1/export")).json()
    (again,) = exported["schedules"]
    assert again["cadence"] == MONDAYS
    imported = await ada.post("/api/v1/import", json=exported)
    assert {entry["action"] for entry in imported.json()["entries"]} == {"unchanged"}
    assert (await ada.post(f"{url}/pause")).json()["state"] == "paused"
    assert (await ada.delete(url, headers={"If-Match": "*"})).status_code == 204
    log = [entry["action"] for entry in await api.audit(studio)]
    assert log[:2] == ["definition.added", "schedule.added"]
