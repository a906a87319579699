"""Schedules: what is taken, what is refused, and what they say they will do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import update

from shared.store import tables
from tests.integration.api.test_definitions import saved
from tests.running_api import MONDAYS, RunningApi, schedule
from tests.tenants import Tenant

SCHEDULES = "/api/v1/schedules"
SOMEONE = {"channel": "email", "to": "someone@example.com"}
NINE = {"time": "09:00", "timezone": "Europe/Berlin"}


def cron(expression: str) -> dict[str, str]:
    return {"kind": "cron", "expression": expression, "timezone": "UTC"}


async def planned(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    """A schedule that is saved, of a definition of its own unless one is named."""
    of = fields.pop("definition", None) or (await saved(client))["id"]
    answer = await client.post(SCHEDULES, json=schedule(of, **fields))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_what_was_saved_is_what_is_read(ada: httpx.AsyncClient) -> None:
    of = await saved(ada, tags=["board"])
    body = schedule(
        of["id"],
        cadence={
            **MONDAYS,
            "days": ["friday", "monday"],
            "start": "2026-01-01",
            "end": "2030-12-31",
            "business_days": {"country": "US", "subdivision": "NY", "on_day_off": "after"},
        },
        condition={"kind": "if_rows"},
        readiness={"signal": "warehouse-loaded", "not_later_than": "10:00", "fallback": "hold"},
        misfire={"policy": "run_all", "grace_seconds": 60, "most": 3},
        jitter_seconds=120,
    )

    answer = await ada.post(SCHEDULES, json=body)
    read = (await ada.get(answer.headers["location"])).json()

    assert read == answer.json()
    assert read["definition"] == {"id": of["id"], "name": of["name"], "version": 1}
    assert read["cadence"]["days"] == ["monday", "friday"], "in the order of the week"
    for name in body.keys() - {"definition", "cadence"}:
        assert read[name] == body[name]
    assert (read["state"], read["owner"], read["tags"]) == ("active", "ada", ["board"])
    assert (read["version"], answer.headers["etag"]) == (1, '"1"')


@pytest.mark.parametrize(
    ("field", "cadence", "mend"),
    [
        ("/cadence/expression", cron("60 * * * *"), "use 0 to 59"),
        ("/cadence/expression", cron("*/0 * * * *"), "steps from 1"),
        ("/cadence/expression", cron("0 0 9 * * 1"), "five fields"),
        ("/cadence/expression", cron("@reboot"), "five fields"),
        ("/cadence/expression", cron("0 9 31 2 *"), "never comes"),
        ("/cadence/expression", cron("* * * * *"), "schedule_minimum_minutes"),
        ("/cadence/timezone", {**NINE, "kind": "daily", "timezone": "Mars/X"}, "IANA"),
        ("/cadence/timezone", {**NINE, "kind": "daily", "timezone": "../../etc/passwd"}, "IANA"),
        (
            "/cadence/end",
            {**NINE, "kind": "daily", "start": "2027-02-01", "end": "2027-01-31"},
            "2027-02-01 or later",
        ),
        ("/cadence/end", {**NINE, "kind": "daily", "end": "2020-01-01"}, "later end"),
        ("/cadence/time", {**NINE, "kind": "daily", "time": "25:00"}, "HH:MM"),
        ("/cadence/time", {"kind": "daily", "timezone": "UTC"}, "required"),
        ("/cadence/days", {**NINE, "kind": "weekly", "days": []}, "at least 1"),
        ("/cadence/day", {**NINE, "kind": "monthly", "day": 32}, "1 to 31"),
        ("/cadence/day", {**NINE, "kind": "yearly", "month": 2, "day": 30}, "1 to 29"),
        ("/cadence/hour", {**NINE, "kind": "daily", "hour": 9}, "unknown field"),
        (
            "/cadence/business_days/country",
            {**NINE, "kind": "daily", "business_days": {"country": "ZZ"}},
            "two letters",
        ),
        ("/cadence", {**NINE, "kind": "hourly"}, "daily"),
        ("/cadence", NINE, "kind"),
    ],
)
async def test_a_cadence_that_cannot_be_meant_is_refused_with_its_field(
    field: str, cadence: dict[str, Any], mend: str, ada: httpx.AsyncClient
) -> None:
    there = await planned(ada)
    of = there["definition"]["id"]
    refused = [
        await ada.post(SCHEDULES, json=schedule(of, cadence=cadence)),
        await ada.post(f"{SCHEDULES}/preview", json={"cadence": cadence}),
        await ada.patch(
            f"{SCHEDULES}/{there['id']}", json={"cadence": cadence}, headers={"If-Match": "*"}
        ),
    ]

    for answer in refused:
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert error["field"] == field
        assert mend in error["detail"]


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("/definition", {"definition": str(uuid4())}),
        ("/definition", {"definition": "weekly"}),
        ("/deliver_to", {"deliver_to": [SOMEONE] * 101}),
        ("/deliver_to/1/to", {"deliver_to": [SOMEONE, {**SOMEONE, "to": "SOMEONE@example.com"}]}),
        ("/deliver_to/0/to", {"deliver_to": [{"channel": "email", "to": "a, b@example.com"}]}),
        (
            "/condition/kpi",
            {"condition": {"kind": "kpi", "kpi": "luck", "compare": "<", "value": 1}},
        ),
        (
            "/condition/compare",
            {"condition": {"kind": "kpi", "kpi": "delivered", "compare": "~", "value": 1}},
        ),
        ("/readiness/signal", {"readiness": {"signal": "No Signal", "not_later_than": "10:00"}}),
        ("/misfire/policy", {"misfire": {"policy": "never"}}),
        ("/jitter_seconds", {"jitter_seconds": 3601}),
        ("/owner", {"owner": "bob"}),
    ],
)
async def test_what_else_cannot_be_meant_is_refused_with_its_field(
    field: str, fields: dict[str, Any], ada: httpx.AsyncClient
) -> None:
    answer = await ada.post(SCHEDULES, json=schedule((await saved(ada))["id"]) | fields)

    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_schedule_of_a_report_that_was_switched_off_is_refused(
    ada: httpx.AsyncClient,
) -> None:
    await ada.patch("/api/v1/settings", json={"reviewer_productivity": True})
    of = (await saved(ada, type="reviewer_productivity"))["id"]
    await ada.patch("/api/v1/settings", json={"reviewer_productivity": False})

    refused = await ada.post(SCHEDULES, json=schedule(of))

    assert refused.status_code == 403
    assert refused.json()["type"] == "/problems/report-switched-off"


async def test_there_are_as_many_as_the_tenant_may_have(ada: httpx.AsyncClient) -> None:
    first = await planned(ada)
    await ada.patch("/api/v1/settings", json={"max_schedules": 1})
    of = first["definition"]["id"]
    refused = await ada.post(SCHEDULES, json=schedule(of))

    assert refused.status_code == 403
    assert refused.json()["type"] == "/problems/quota"
    assert refused.json()["errors"][0]["field"] == "max_schedules"
    assert (await ada.delete(f"{SCHEDULES}/{first['id']}")).status_code == 204
    assert (await ada.post(SCHEDULES, json=schedule(of))).status_code == 201


async def test_a_shorter_interval_can_be_allowed(ada: httpx.AsyncClient) -> None:
    await ada.patch("/api/v1/settings", json={"schedule_minimum_minutes": 1})

    assert (await planned(ada, cadence=cron("* * * * *")))["state"] == "active"


async def test_another_cadence_begins_anew_and_any_other_change_does_not(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    there = await planned(ada)
    url, table = f"{SCHEDULES}/{there['id']}", tables.schedules
    due = datetime.now(UTC) + timedelta(days=3)
    async with api.admin.begin() as connection:
        await connection.execute(
            update(table).where(table.c.id == UUID(there["id"])).values(next_run_at=due)
        )

    renamed = await ada.patch(url, json={"name": "Moved"}, headers={"If-Match": '"1"'})
    same = await ada.patch(url, json={"cadence": MONDAYS}, headers={"If-Match": '"2"'})
    moved = await ada.patch(
        url, json={"cadence": {**MONDAYS, "time": "10:00"}}, headers={"If-Match": '"2"'}
    )

    assert [answer.json()["version"] for answer in (renamed, same, moved)] == [2, 2, 3]
    assert datetime.fromisoformat(renamed.json()["next_run_at"]) == due
    assert moved.json()["next_run_at"] is None, "the scheduler computes it anew"


async def test_a_change_names_the_version_it_was_made_from(ada: httpx.AsyncClient) -> None:
    there = await planned(ada)
    url = f"{SCHEDULES}/{there['id']}"
    whole = schedule(there["definition"]["id"])

    unnamed = await ada.put(url, json=whole)
    first = await ada.put(url, json=whole, headers={"If-Match": '"1"'})
    late = await ada.put(url, json=whole, headers={"If-Match": '"1"'})
    stale = await ada.delete(url, headers={"If-Match": '"1"'})
    gone = await ada.delete(url, headers={"If-Match": '"2"'})

    statuses = [answer.status_code for answer in (unnamed, first, late, stale, gone)]
    assert statuses == [428, 200, 412, 412, 204]
    assert (await ada.get(url)).status_code == 404


async def test_a_field_that_is_set_to_null_is_taken_away(ada: httpx.AsyncClient) -> None:
    readiness = {"signal": "loaded", "not_later_than": "10:00", "fallback": "skip"}
    there = await planned(ada, readiness=readiness, jitter_seconds=60)
    url = f"{SCHEDULES}/{there['id']}"

    without = await ada.patch(url, json={"readiness": None}, headers={"If-Match": "*"})
    nameless = await ada.patch(url, json={"name": None}, headers={"If-Match": "*"})

    assert without.json()["readiness"] is None
    assert without.json()["jitter_seconds"] == 60
    assert nameless.status_code == 422


async def test_the_preview_shows_local_and_utc_times_and_the_days_left_out(
    ada: httpx.AsyncClient,
) -> None:
    await ada.put(
        "/api/v1/settings/days-off", json={"days": [{"day": "2030-12-31", "name": "Stocktaking"}]}
    )
    cadence = {
        "kind": "daily",
        "time": "09:00",
        "timezone": "America/New_York",
        "start": "2030-12-24",
        "business_days": {"country": "US"},
    }
    unsaved = (await ada.post(f"{SCHEDULES}/preview?n=6", json={"cadence": cadence})).json()
    there = await planned(ada, cadence=cadence, jitter_seconds=30)
    shown = (await ada.get(f"{SCHEDULES}/{there['id']}/preview?n=6")).json()

    assert shown["items"] == unsaved["items"]
    assert [(line["on"], line["note"]) for line in shown["items"] if not line["fires"]] == [
        ("2030-12-25", "Christmas Day (US)"),
        ("2030-12-28", "Saturday"),
        ("2030-12-29", "Sunday"),
        ("2030-12-31", "Stocktaking"),
        ("2031-01-01", "New Year's Day (US)"),
    ]
    fires = [line for line in shown["items"] if line["fires"]]
    assert [line["on"] for line in fires] == [
        *("2030-12-24T09:00", "2030-12-26T09:00", "2030-12-27T09:00", "2030-12-30T09:00"),
        *("2031-01-02T09:00", "2031-01-03T09:00"),
    ]
    new_york = ZoneInfo("America/New_York")
    for line in fires:
        local = datetime.fromisoformat(line["on"]).replace(tzinfo=new_york)
        assert datetime.fromisoformat(line["at"]) == local.astimezone(UTC)
    assert (shown["timezone"], shown["state"], shown["jitter_seconds"]) == (
        *("America/New_York", "active"),
        30,
    )


async def test_a_new_day_off_is_seen_by_what_was_planned_before(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    there = await planned(ada, cadence={**MONDAYS, "business_days": {}})
    unmoved = await planned(ada)
    table = tables.schedules
    due = datetime.now(UTC) + timedelta(days=3)
    async with api.admin.begin() as connection:
        await connection.execute(
            update(table)
            .where(table.c.id.in_([UUID(there["id"]), UUID(unmoved["id"])]))
            .values(next_run_at=due)
        )
    day = (due + timedelta(days=1)).date().isoformat()
    await ada.put("/api/v1/settings/days-off", json={"days": [{"day": day, "name": "Outing"}]})

    assert (await ada.get(f"{SCHEDULES}/{there['id']}")).json()["next_run_at"] is None
    assert (await ada.get(f"{SCHEDULES}/{unmoved['id']}")).json()["next_run_at"] is not None
    listed = (await ada.get("/api/v1/settings/days-off")).json()
    assert listed == {"days": [{"day": day, "name": "Outing"}]}


async def test_lists_are_filtered_searched_and_paged(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    of = await saved(ada, name="Figures of the week", tags=["board"])
    names = [
        (await planned(ada, definition=of["id"], name=f"Monday {number}"))["name"]
        for number in range(3)
    ]
    other = await planned(ada, name="Other")
    await ada.post(f"{SCHEDULES}/{other['id']}/pause")
    async with api.client(studio, role="author", sub="bob") as bob:
        await planned(bob, name="Bob's")

    async def listed(**query: Any) -> list[str]:
        found = (await ada.get(SCHEDULES, params=query)).json()
        return [entry["name"] for entry in found["items"]]

    assert await listed(state="paused") == ["Other"]
    assert await listed(owner="bob") == ["Bob's"]
    assert await listed(definition=of["id"]) == names[::-1]
    assert await listed(tag="board", q="monday 1") == ["Monday 1"]
    assert await listed(q="of the WEEK") == names[::-1], "its definition's name counts too"
    first = (await ada.get(SCHEDULES, params={"limit": 3})).json()
    late = await planned(ada, name="Came in between")
    rest = (await ada.get(SCHEDULES, params={"cursor": first["next_cursor"]})).json()
    paged = [entry["name"] for entry in first["items"] + rest["items"]]
    assert paged == ["Bob's", "Other", *names[::-1]]
    assert rest["next_cursor"] is None
    assert late["name"] not in paged


async def test_another_tenants_answers_like_none(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    there, none = (await planned(ada))["id"], str(uuid4())
    theirs = (await saved(stranger))["id"]
    for method, rest, sent in (
        ("GET", "", None),
        ("GET", "/preview", None),
        ("GET", "/executions", None),
        ("PATCH", "", {"jitter_seconds": 1}),
        ("PUT", "", schedule(theirs)),
        ("POST", "/pause", None),
        ("POST", "/resume", None),
        ("POST", "/run", None),
        ("POST", "/transfer", {"to": "ada"}),
        ("DELETE", "", None),
    ):
        answer = await stranger.request(method, f"{SCHEDULES}/{there}{rest}", json=sent)
        missing = await stranger.request(method, f"{SCHEDULES}/{none}{rest}", json=sent)
        assert answer.status_code == missing.status_code == 404
        assert answer.text.replace(there, none) == missing.text
    borrowed = await stranger.post(
        SCHEDULES, json=schedule((await ada.get("/api/v1/definitions")).json()["items"][0]["id"])
    )
    assert borrowed.json()["errors"][0]["field"] == "/definition"
    assert (await stranger.get(SCHEDULES)).json()["items"] == []
