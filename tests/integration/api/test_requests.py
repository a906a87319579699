"""Asking for a report: accepted is stored, once per key, up to a limit."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, text, update

from deploy.local.infrastructure import LocalInfrastructure
from services.api import run_store
from services.api.estimates import Estimates
from shared.states import RunStatus
from shared.store import tables
from tests.running_api import RunningApi, body, running_api
from tests.tenants import Tenant

REPORTS = "/api/v1/reports"
STATED = {
    "id",
    "type",
    "status",
    "formats",
    "period",
    "parameters",
    "language",
    "format_options",
    "created_at",
    "started_at",
    "completed_at",
    "as_of",
    "snapshot",
    "artifacts",
    "deliveries",
    "timeline",
    "eta_seconds",
    "error",
}
"""What a client may count on finding in a run."""


async def test_a_request_is_accepted_with_a_place_to_look(
    ada: httpx.AsyncClient, api: RunningApi
) -> None:
    answer = await ada.post(REPORTS, json=body(parameters={"grain": "week"}))

    assert answer.status_code == 202
    run = answer.json()
    assert answer.headers["location"] == f"{REPORTS}/{run['id']}"
    assert set(run) >= STATED
    assert run["type"] == "delivery_summary"
    assert run["status"] == "requested"
    assert run["formats"] == ["csv"]
    assert run["period"] == {"from": "2026-10-01", "to": "2026-10-31", "timezone": "UTC"}
    assert run["parameters"] == {"grain": "week"}
    assert [entry["stage"] for entry in run["timeline"]] == ["requested"]
    assert run["artifacts"] == run["deliveries"] == []
    assert (await ada.get(answer.headers["location"])).json() == run
    events = await api.rows(tables.outbox, tables.outbox.c.run_id == UUID(run["id"]))
    assert [event["event_type"] for event in events] == ["report.requested.v1"]


async def test_what_is_chosen_about_the_files_is_kept_with_the_run(ada: httpx.AsyncClient) -> None:
    usual = (await ada.post(REPORTS, json=body())).json()
    assert usual["format_options"] == {"neutralise_formulas": True, "csv_byte_order_mark": False}

    chosen = (
        await ada.post(REPORTS, json=body(format_options={"csv_byte_order_mark": True}))
    ).json()
    assert chosen["format_options"] == {"neutralise_formulas": True, "csv_byte_order_mark": True}
    again = (await ada.get(f"{REPORTS}/{chosen['id']}")).json()
    assert again["format_options"] == chosen["format_options"]


async def test_a_key_that_comes_with_other_options_is_reused(ada: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "options"}
    await ada.post(REPORTS, json=body(), headers=key)
    other = body(format_options={"neutralise_formulas": False})
    assert (await ada.post(REPORTS, json=other, headers=key)).status_code == 409


async def test_recipients_are_stored_with_the_run(ada: httpx.AsyncClient) -> None:
    to = ["bob@example.com", "Eve@EXAMPLE.com"]
    asked = body(deliver_to=[{"channel": "email", "to": address} for address in to])

    accepted = (await ada.post(REPORTS, json=asked)).json()

    assert [(entry["to"], entry["status"]) for entry in accepted["deliveries"]] == [
        ("bob@example.com", "pending"),
        ("Eve@example.com", "pending"),
    ]
    assert (await ada.get(f"{REPORTS}/{accepted['id']}")).json() == accepted


async def test_a_finished_run_says_all_that_is_stated(
    ada: httpx.AsyncClient, api: RunningApi
) -> None:
    run = (await ada.post(REPORTS, json=body())).json()["id"]
    sha256 = await api.finish(run, b"a,b\r\n")
    await api.change(run, snapshot_sha256="0" * 64, snapshot_rows=3, snapshot_available_rows=3)

    view = (await ada.get(f"{REPORTS}/{run}")).json()

    assert view["status"] == "completed"
    assert view["snapshot"] == {"sha256": "0" * 64, "rows": 3, "of": None, "available_rows": None}
    assert view["eta_seconds"] is None
    (artifact,) = view["artifacts"]
    assert artifact | {"url": None, "status": None} == {
        "format": "csv",
        "status": None,
        "media_type": "text/csv; charset=utf-8",
        "size": 5,
        "sha256": sha256,
        "rows": 1,
        "available_rows": 3,
        "url": None,
        "error": None,
    }
    assert (await ada.get(artifact["url"])).content == b"a,b\r\n"


async def test_what_is_under_way_says_how_long_it_is_likely_to_take(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    estimates = Estimates(remembered_seconds=0)

    async def eta(run: str) -> float | None:
        async with api.app.state.store.tenant(studio.id) as connection:
            row = await run_store.row_of(connection, UUID(run))
            return await estimates.eta_seconds(connection, row)

    first = (await ada.post(REPORTS, json=body())).json()
    assert first["eta_seconds"] is None, "there is nothing to go by"
    await api.change(first["id"], status=RunStatus.FAILED, completed_at=func.now())
    for seconds in (20, 60, 90):
        run = (await ada.post(REPORTS, json=body())).json()["id"]
        took = text(f"interval '{seconds} seconds'")
        await api.finish(run)
        await api.change(run, completed_at=tables.runs.c.created_at + took)

    asked = (await ada.post(REPORTS, json=body())).json()["id"]
    soon = await eta(asked)
    assert soon is not None
    assert 55 < soon <= 60, "the median of those that completed"
    await api.change(asked, created_at=func.now() - text("interval '40 seconds'"))
    later = await eta(asked)
    assert later is not None
    assert 10 < later <= 20
    await api.change(asked, created_at=func.now() - text("interval '70 seconds'"))
    assert await eta(asked) is None, "it takes longer than usual, and nobody knows how long"


async def test_a_retried_report_is_estimated_from_its_retry(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    estimates = Estimates(remembered_seconds=0)
    day_ago = func.now() - text("interval '1 day'")
    retried = []
    for _ in range(2):
        run = (await ada.post(REPORTS, json=body())).json()["id"]
        await api.change(run, status=RunStatus.FAILED, created_at=day_ago)
        assert (await ada.post(f"{REPORTS}/{run}/retry")).status_code == 202
        retried.append(UUID(run))
    done, under_way = retried
    await api.finish(str(done))
    await api.change(str(done), completed_at=func.now() + text("interval '60 seconds'"))

    async with api.app.state.store.tenant(studio.id) as connection:
        row = await run_store.row_of(connection, under_way)
        eta = await estimates.eta_seconds(connection, row)

    # Counted from the first request it would be a day.
    assert eta is not None
    assert 30 < eta <= 90


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
async def test_presets_count_in_the_zone_of_the_request_or_else_the_tenants(
    zone: str, api: RunningApi
) -> None:
    async with api.client(await api.new_tenant(timezone=zone)) as client:
        asked = {"period": {"preset": "today"}}
        of_tenant = (await client.post(REPORTS, json=body(**asked))).json()["period"]
        of_request = (await client.post(REPORTS, json=body(**asked, timezone="UTC"))).json()

    assert of_tenant["timezone"] == zone
    assert of_request["period"]["timezone"] == "UTC"
    # Their "today" is never the same: they lie 25 hours apart.
    hours = timedelta(hours=14 if zone.endswith("Kiritimati") else -11)
    today = date.fromisoformat(of_request["period"]["from"])
    assert date.fromisoformat(of_tenant["from"]) - today in {
        timedelta(0),
        timedelta(days=1 if hours > timedelta(0) else -1),
    }


async def test_one_key_makes_one_run_however_many_ask_at_once(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    headers = {"Idempotency-Key": "monthly/2026-10"}
    asked = body(deliver_to=[{"channel": "email", "to": "bob@example.com"}])

    answers = await asyncio.gather(
        *(ada.post(REPORTS, json=asked, headers=headers) for _ in range(50))
    )

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len({answer.headers["location"] for answer in answers}) == 1
    runs = await api.rows(tables.runs, tables.runs.c.tenant_id == studio.id)
    assert len(runs) == 1
    events = await api.rows(tables.outbox, tables.outbox.c.run_id == runs[0]["id"])
    assert len(events) == 1
    assert [row["action"] for row in await api.audit(studio)] == ["report.requested"]


async def test_a_key_means_the_same_whatever_the_order_of_the_fields(
    ada: httpx.AsyncClient,
) -> None:
    headers = {"Idempotency-Key": "k"}
    asked = body(parameters={"grain": "week", "projects": ["Harbour Street"]})
    turned = dict(reversed(asked.items()))
    turned["parameters"] = dict(reversed(asked["parameters"].items()))

    first = await ada.post(REPORTS, json=asked, headers=headers)
    second = await ada.post(REPORTS, json=turned, headers=headers)

    assert first.json()["id"] == second.json()["id"]


@pytest.mark.parametrize(
    "other",
    [
        {"formats": ["pdf"]},
        {"period": {"preset": "last_month"}},
        {"timezone": "Europe/Berlin"},
        {"parameters": {"grain": "day"}},
        {"deliver_to": [{"channel": "email", "to": "bob@example.com"}]},
    ],
    ids=lambda other: next(iter(other)),
)
async def test_a_reused_key_with_another_body_is_a_conflict(
    other: dict[str, object], ada: httpx.AsyncClient
) -> None:
    headers = {"Idempotency-Key": "k"}
    await ada.post(REPORTS, json=body(), headers=headers)

    answer = await ada.post(REPORTS, json=body(**other), headers=headers)

    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/idempotency-key-reused"
    assert [error["field"] for error in answer.json()["errors"]] == ["Idempotency-Key"]


async def test_of_two_bodies_with_one_key_at_once_one_wins(ada: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k"}
    answers = await asyncio.gather(
        *(
            ada.post(REPORTS, json=body(formats=[["csv"], ["pdf"]][number % 2]), headers=headers)
            for number in range(20)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [202] * 10 + [409] * 10


async def test_a_conflict_costs_those_who_ask_at_the_same_time_nothing(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    one_key = {"Idempotency-Key": "k"}
    answers = await asyncio.gather(
        *(
            ada.post(
                REPORTS,
                json=body(deliver_to=[{"channel": "email", "to": f"{number}@example.com"}]),
                headers=one_key if number % 5 == 0 else {},
            )
            for number in range(50)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [202] * 41 + [409] * 9
    accepted = [answer.json() for answer in answers if answer.status_code == 202]
    recipients = {run["id"]: run["deliveries"][0]["to"] for run in accepted}
    stored = await api.rows(tables.deliveries, tables.deliveries.c.tenant_id == studio.id)
    assert {str(row["run_id"]): row["recipient"] for row in stored} == recipients
    events = await api.rows(tables.outbox, tables.outbox.c.tenant_id == studio.id)
    assert sorted(str(event["run_id"]) for event in events) == sorted(recipients)


async def test_a_full_backlog_refuses_at_once_and_says_when_to_come_back(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    async with api.admin.begin() as connection:
        settings = tables.tenant_settings
        await connection.execute(
            update(settings).where(settings.c.tenant_id == studio.id).values(max_backlog=7)
        )

    answers = await asyncio.gather(*(ada.post(REPORTS, json=body()) for _ in range(30)))

    assert sorted(answer.status_code for answer in answers) == [202] * 7 + [429] * 23
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["type"] == "/problems/backlog"
    assert int(refused.headers["retry-after"]) > 0
    # Whoever has asked before still gets an answer, and so does one who only looks.
    assert (await ada.get(REPORTS)).status_code == 200

    for answer in answers:
        if answer.status_code == 202:
            await api.change(answer.json()["id"], status="cancelled")
    await asyncio.sleep(1.1)
    assert (await ada.post(REPORTS, json=body())).status_code == 202


async def test_what_is_accepted_and_not_written_yet_counts_as_well(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    """A burst that the store is slow to write, and another one after the next count."""
    await ada.patch("/api/v1/settings", json={"max_backlog": 7})
    async with api.admin.begin() as connection:
        # Rows can be read and counted, and none be written.
        await connection.execute(text("LOCK TABLE runs IN SHARE MODE"))
        first = [asyncio.create_task(ada.post(REPORTS, json=body())) for _ in range(7)]
        await asyncio.sleep(1.2)
        second = [asyncio.create_task(ada.post(REPORTS, json=body())) for _ in range(7)]
        refused = await asyncio.gather(*second)
        assert [answer.status_code for answer in refused] == [429] * 7
    assert [answer.status_code for answer in await asyncio.gather(*first)] == [202] * 7
    assert len(await api.rows(tables.runs, tables.runs.c.tenant_id == studio.id)) == 7


async def test_a_request_that_comes_to_nothing_leaves_its_room(
    ada: httpx.AsyncClient, api: RunningApi
) -> None:
    run = (await ada.post(REPORTS, json=body())).json()["id"]
    await ada.patch("/api/v1/settings", json={"max_backlog": 2})
    for _ in range(5):
        assert (await ada.post(f"{REPORTS}/{run}/retry")).status_code == 409
    assert (await ada.post(REPORTS, json=body())).status_code == 202


async def test_a_repeated_key_is_answered_even_when_the_backlog_is_full(
    ada: httpx.AsyncClient,
) -> None:
    headers = {"Idempotency-Key": "k"}
    await ada.patch("/api/v1/settings", json={"max_backlog": 1})
    first = await ada.post(REPORTS, json=body(), headers=headers)

    assert (await ada.post(REPORTS, json=body())).status_code == 429
    again = await ada.post(REPORTS, json=body(), headers=headers)
    assert again.status_code == 202
    assert again.json()["id"] == first.json()["id"]


async def test_a_client_that_asks_too_often_is_told_to_wait(infra: LocalInfrastructure) -> None:
    async with running_api(infra, rate_limit="5/minute") as api:
        tenant = await api.new_tenant()
        async with api.client(tenant, sub="bob") as bob, api.client(tenant, sub="eve") as eve:
            answers = [await bob.get(REPORTS) for _ in range(6)]
            other = await eve.get(REPORTS)

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json()["type"] == "/problems/too-many-requests"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert other.status_code == 200


@pytest.mark.parametrize("content", [b"{", b'{"type": 7}'])
async def test_refused_bodies_count_as_requests(content: bytes, infra: LocalInfrastructure) -> None:
    async with running_api(infra, rate_limit="3/minute") as api:
        async with api.client(await api.new_tenant()) as client:
            answers = [await client.post(REPORTS, content=content) for _ in range(3)]
            assert {answer.status_code for answer in answers} <= {415, 422}
            assert (await client.get(REPORTS)).status_code == 429


async def test_prefer_wait_answers_with_the_finished_run(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    asking = asyncio.create_task(
        ada.post(REPORTS, json=body(), headers={"Prefer": "respond-async, wait=20"})
    )
    while not (runs := await api.rows(tables.runs, tables.runs.c.tenant_id == studio.id)):
        await asyncio.sleep(0.05)
    await api.finish(str(runs[0]["id"]))

    answer = await asyncio.wait_for(asking, 5)

    assert answer.status_code == 200
    assert answer.headers["preference-applied"] == "wait=20"
    assert answer.headers["location"].endswith(str(runs[0]["id"]))
    assert answer.json()["status"] == "completed"


async def test_prefer_wait_that_is_too_short_answers_with_what_there_is(
    ada: httpx.AsyncClient,
) -> None:
    answer = await ada.post(REPORTS, json=body(), headers={"Prefer": "wait=1"})

    assert answer.status_code == 202
    assert answer.json()["status"] == "requested"


@pytest.mark.parametrize("prefer", ["WAIT=1", 'wait="1"', "respond-async;x=y, wait = 1; strict"])
async def test_preferences_are_read_as_the_standard_writes_them(
    prefer: str, ada: httpx.AsyncClient
) -> None:
    answer = await ada.post(REPORTS, json=body(), headers={"Prefer": prefer})
    assert answer.headers["preference-applied"] == "wait=1"


@pytest.mark.parametrize(
    "prefer", ["wait", "wait=", "wait=-1", "wait=1.5", "await=1", "wait=x", "handling=strict", "é"]
)
async def test_preferences_it_does_not_know_are_passed_over(
    prefer: str, ada: httpx.AsyncClient
) -> None:
    headers = {"Prefer": prefer.encode("latin-1")}

    answer = await ada.post(REPORTS, json=body(), headers=headers)  # type: ignore[arg-type]

    assert answer.status_code == 202
    assert "preference-applied" not in answer.headers
