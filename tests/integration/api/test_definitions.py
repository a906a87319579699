"""Definitions: saved as a request would be checked, changed in versions, run by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.store import tables
from tests.running_api import RunningApi, definition
from tests.tenants import Tenant

DEFINITIONS = "/api/v1/definitions"


async def saved(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await client.post(DEFINITIONS, json=definition(**fields))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_what_was_saved_is_what_is_read(ada: httpx.AsyncClient) -> None:
    body = definition(
        timezone="Europe/Berlin",
        parameters={"grain": "week"},
        language="de",
        format_options={"csv_byte_order_mark": True},
        house_style={"footer": "For the board"},
        tags=["weekly", "board", "weekly"],
        retention_days=30,
    )

    answer = await ada.post(DEFINITIONS, json=body)
    read = await ada.get(answer.headers["location"])

    assert read.json() == answer.json()
    assert {name: read.json()[name] for name in body} == body | {"tags": ["board", "weekly"]}
    assert (read.json()["version"], read.json()["owner"]) == (1, "ada")
    assert read.headers["etag"] == '"1"'


async def test_without_a_timezone_it_has_the_tenants(api: RunningApi) -> None:
    tenant = await api.new_tenant(timezone="Asia/Tokyo")
    async with api.client(tenant) as client:
        assert (await saved(client))["timezone"] == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("/type", {"type": "no_such_report"}),
        ("/formats/0", {"formats": ["docx"]}),
        ("/formats/1", {"formats": ["csv", "csv"]}),
        ("/parameters/grain", {"parameters": {"grain": "fortnight"}}),
        ("/parameters/colour", {"parameters": {"colour": "red"}}),
        ("/language", {"language": "tlh"}),
        ("/format_options/bold", {"format_options": {"bold": True}}),
        ("/preset", {"preset": "next_week"}),
        ("/timezone", {"timezone": "Mars/X"}),
        ("/timezone", {"timezone": "../../etc/passwd"}),
        ("/name", {"name": "   "}),
        ("/tags", {"tags": [str(number) for number in range(21)]}),
        ("/retention_days", {"retention_days": 0}),
        ("/house_style/colour", {"house_style": {"colour": "#FFFF00"}}),
        ("/schedule", {"schedule": "daily"}),
    ],
)
async def test_it_is_checked_as_a_request_would_be(
    field: str, fields: dict[str, Any], ada: httpx.AsyncClient
) -> None:
    answer = await ada.post(DEFINITIONS, json=definition(**fields))

    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    there = await saved(ada)
    changed = await ada.patch(
        f"{DEFINITIONS}/{there['id']}", json=fields, headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 422, "a change is checked as well"
    assert [error["field"] for error in changed.json()["errors"]] == [field]


async def test_a_report_that_is_switched_off_is_not_saved(ada: httpx.AsyncClient) -> None:
    refused = await ada.post(DEFINITIONS, json=definition(type="reviewer_productivity"))

    assert refused.status_code == 403
    assert refused.json()["type"] == "/problems/report-switched-off"


async def test_each_change_is_a_version_that_says_what_and_who(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    async with api.client(studio, role="author", sub="bob") as bob:
        there = await saved(bob)
        url = f"{DEFINITIONS}/{there['id']}"
        second = await bob.patch(url, json={"formats": ["pdf"]}, headers={"If-Match": '"1"'})
        same = await bob.patch(url, json={"formats": ["pdf"]}, headers={"If-Match": '"2"'})
        third = await ada.put(
            url, json=definition(name="October", formats=["pdf"]), headers={"If-Match": '"2"'}
        )
        versions = (await bob.get(f"{url}/versions")).json()

    assert [answer.json()["version"] for answer in (second, same, third)] == [2, 2, 3]
    assert third.headers["etag"] == '"3"'
    told = [(one["version"], one["formats"], one["created_by"]) for one in versions]
    assert told == [(3, ["pdf"], "ada"), (2, ["pdf"], "bob"), (1, ["csv"], "bob")]
    assert [one["changed"] for one in versions[:2]] == [["name"], ["formats"]]


async def test_a_change_names_the_version_it_was_made_from(ada: httpx.AsyncClient) -> None:
    url = f"{DEFINITIONS}/{(await saved(ada))['id']}"
    unnamed = await ada.patch(url, json={"tags": ["a"]})
    first = await ada.patch(url, json={"tags": ["a"]}, headers={"If-Match": '"1"'})
    late = await ada.patch(url, json={"tags": ["b"]}, headers={"If-Match": '"1"'})
    any_version = await ada.patch(url, json={"tags": ["c"]}, headers={"If-Match": "*"})
    stale = await ada.delete(url, headers={"If-Match": '"1"'})

    statuses = [answer.status_code for answer in (unnamed, first, late, any_version, stale)]
    assert statuses == [428, 200, 412, 200, 412]
    assert late.headers["etag"] == '"2"'
    assert [error["field"] for error in late.json()["errors"]] == ["If-Match"]
    assert (await ada.get(url)).json()["tags"] == ["c"]


async def test_names_are_taken_once_and_free_again_after_a_deletion(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    first = await saved(ada, name="Weekly")
    other = await saved(ada)
    again = await ada.post(DEFINITIONS, json=definition(name=" Weekly "))
    renamed = await ada.patch(
        f"{DEFINITIONS}/{other['id']}", json={"name": "Weekly"}, headers={"If-Match": '"1"'}
    )

    assert (again.status_code, renamed.status_code) == (409, 409)
    assert again.json()["errors"][0]["field"] == "/name"
    await saved(stranger, name="Weekly")
    assert (await ada.delete(f"{DEFINITIONS}/{first['id']}")).status_code == 204
    assert (await ada.get(f"{DEFINITIONS}/{first['id']}")).status_code == 404
    await saved(ada, name="Weekly")


async def test_authors_change_their_own_and_admins_all(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    async with (
        api.client(studio, role="author", sub="bob") as bob,
        api.client(studio, role="author", sub="eve") as eve,
    ):
        url = f"{DEFINITIONS}/{(await saved(bob))['id']}"
        anything = {"If-Match": "*"}
        for who, status in ((eve, 403), (bob, 200), (ada, 200)):
            tags = {"tags": [str(uuid4())]}
            assert (await who.patch(url, json=tags, headers=anything)).status_code == status
        assert (await eve.get(url)).status_code == 200
        assert (await eve.delete(url)).status_code == 403
        assert (await eve.post(f"{url}/run", json={})).status_code == 202


async def test_another_tenants_answers_like_none(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    there, none = (await saved(ada))["id"], str(uuid4())
    for method, rest, sent in (
        ("GET", "", None),
        ("GET", "/versions", None),
        ("PATCH", "", {"tags": []}),
        ("PUT", "", definition()),
        ("POST", "/run", {}),
        ("DELETE", "", None),
    ):
        theirs = await stranger.request(method, f"{DEFINITIONS}/{there}{rest}", json=sent)
        missing = await stranger.request(method, f"{DEFINITIONS}/{none}{rest}", json=sent)
        assert theirs.status_code == missing.status_code == 404
        assert theirs.text.replace(there, none) == missing.text


async def test_a_run_names_its_version_and_who_asked(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    there = await saved(ada, formats=["csv", "pdf"])
    url = f"{DEFINITIONS}/{there['id']}"
    await ada.patch(url, json={"formats": ["csv"]}, headers={"If-Match": '"1"'})
    async with api.client(studio, role="author", sub="bob") as bob:
        to = [{"channel": "email", "to": "someone@example.com"}]
        asked = {"deliver_to": to, "on": "2026-11-18"}
        first = await bob.post(f"{url}/run", json=asked, headers={"Idempotency-Key": "once"})
        again = await bob.post(f"{url}/run", json=asked, headers={"Idempotency-Key": "once"})
        other = await bob.post(f"{url}/run", json={}, headers={"Idempotency-Key": "once"})

    assert (first.status_code, again.status_code, other.status_code) == (202, 202, 409)
    run = first.json()
    assert again.json()["id"] == run["id"]
    assert (run["definition"], run["definition_version"]) == (there["id"], 2)
    assert (run["occasion"], run["requested_by"], run["formats"]) == ("by_hand", "bob", ["csv"])
    assert run["period"] == {"from": "2026-11-09", "to": "2026-11-15", "timezone": "UTC"}
    assert [delivery["to"] for delivery in run["deliveries"]] == ["someone@example.com"]
    (stored,) = await api.rows(tables.runs, tables.runs.c.id == UUID(run["id"]))
    assert (stored["lane"], stored["condition"]) == ("interactive", None)


async def test_runs_by_hand_have_a_quota_that_the_refusal_names(ada: httpx.AsyncClient) -> None:
    await ada.patch("/api/v1/settings", json={"max_runs_per_hour": 2})
    url = f"{DEFINITIONS}/{(await saved(ada))['id']}/run"
    key = {"Idempotency-Key": "first"}
    first = await ada.post(url, json={}, headers=key)
    assert (await ada.post(url, json={})).status_code == 202
    refused = await ada.post(url, json={})
    again = await ada.post(url, json={}, headers=key)

    assert refused.status_code == 429
    assert refused.json()["type"] == "/problems/quota"
    assert refused.json()["errors"][0]["field"] == "max_runs_per_hour"
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert again.json()["id"] == first.json()["id"], "what was accepted stays accepted"


async def test_lists_are_filtered_searched_and_paged(ada: httpx.AsyncClient) -> None:
    names = [(await saved(ada, name=f"Report {number}_{number}"))["name"] for number in range(5)]
    await saved(ada, name="Quality 100%", type="quality_metrics", tags=["board"])

    async def listed(**query: Any) -> list[str]:
        found = (await ada.get(DEFINITIONS, params=query)).json()
        return [entry["name"] for entry in found["items"]]

    assert await listed(tag="board") == ["Quality 100%"]
    assert await listed(type="quality_metrics") == ["Quality 100%"]
    assert await listed(q="100%") == ["Quality 100%"]
    assert await listed(q="3_3") == ["Report 3_3"], "an underscore stands for itself"
    assert await listed(owner="bob") == []
    query: dict[str, str] = {"limit": "2", "q": "report"}
    paged: list[str] = []
    while query.get("cursor", "begin"):
        page = (await ada.get(DEFINITIONS, params=query)).json()
        paged += [entry["name"] for entry in page["items"]]
        query["cursor"] = page["next_cursor"]
    assert paged == names[::-1]


async def test_one_that_a_schedule_runs_is_not_deleted(ada: httpx.AsyncClient) -> None:
    there = await saved(ada)
    cadence = {"kind": "daily", "time": "09:00", "timezone": "UTC"}
    body = {"name": "Every day", "definition": there["id"], "cadence": cadence}
    schedule = (await ada.post("/api/v1/schedules", json=body)).json()

    refused = await ada.delete(f"{DEFINITIONS}/{there['id']}")

    assert refused.status_code == 409
    assert "'Every day'" in refused.json()["detail"]
    await ada.delete(f"/api/v1/schedules/{schedule['id']}")
    assert (await ada.delete(f"{DEFINITIONS}/{there['id']}")).status_code == 204


async def test_definitions_are_handed_over_one_or_many(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    await ada.put("/api/v1/members/bob", json={"role": "author"})
    await ada.put("/api/v1/members/vic", json={"role": "viewer"})
    async with (
        api.client(studio, role="author", sub="eve") as eve,
        api.client(studio, role="author", sub="bob") as bob,
    ):
        one, *others = [
            await saved(eve, name=name, tags=["weekly"]) for name in ("One", "Two", "Three")
        ]
        mine, missing = await saved(ada, name="Mine", tags=["weekly"]), str(uuid4())
        url = f"{DEFINITIONS}/{one['id']}"

        refused = await eve.post(f"{url}/transfer", json={"to": "vic"})
        not_theirs = await bob.post(f"{url}/transfer", json={"to": "bob"})
        handed = await eve.post(f"{url}/transfer", json={"to": "bob"})
        renamed = await bob.patch(url, json={"name": "Bob's"}, headers={"If-Match": '"1"'})
        late = await eve.patch(url, json={"name": "Eve's"}, headers={"If-Match": "*"})
        some = await eve.post(
            f"{DEFINITIONS}/transfer", json={"ids": [mine["id"], missing], "to": "bob"}
        )
    rest = await ada.post(f"{DEFINITIONS}/transfer", json={"tag": "weekly", "to": "bob"})

    assert refused.status_code == 422
    assert "vic may not ask for reports" in refused.text
    assert not_theirs.status_code == 403
    assert (handed.json()["owner"], handed.json()["version"]) == ("bob", 1)
    assert handed.headers["etag"] == '"1"', "what it says is as before"
    assert (renamed.status_code, late.status_code) == (200, 403)
    assert some.json()["changed"] == []
    reasons = {entry["id"]: entry["reason"] for entry in some.json()["unchanged"]}
    assert "ada's" in reasons[mine["id"]]
    assert reasons[missing] == "there is no such definition"
    assert set(rest.json()["changed"]) == {mine["id"], *(other["id"] for other in others)}
    assert rest.json()["unchanged"] == [{"id": one["id"], "reason": "it is bob's already"}]
    (*_, entry) = await api.audit(studio)
    assert entry["action"] == "definition.handed_over"
