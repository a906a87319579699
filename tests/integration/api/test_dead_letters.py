"""Dead letters over the API: a tenant's administrators see their own, and put them to work."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, insert, select, update
from uuid6 import uuid7

from shared.events import ReportFormatRequested, ReportRequested
from shared.replaying import DELIVERY_PARKED
from shared.states import ArtifactStatus, DeliveryStatus, Lane, RunStatus
from shared.store import tables
from shared.topology import (
    AGGREGATOR,
    DELIVERER,
    FORMAT_RENDERER,
    MAILER,
    RENDERER,
    Consumption,
)
from tests.running_api import RunningApi, body
from tests.tenants import Tenant

LETTERS = "/api/v1/dead-letters"
QUEUE = AGGREGATOR.queue_name(Lane.INTERACTIVE)


async def park(api: RunningApi, tenant: Tenant | None, payload: bytes, **values: Any) -> str:
    """As the scheduler does; its id."""
    identifier = uuid7()
    row = {
        "id": identifier,
        "tenant_id": tenant and tenant.id,
        "queue": QUEUE,
        "routing_key": "report.requested.interactive",
        "reason": "delivery_limit",
        "message_id": str(uuid4()),
        "event_type": "report.requested.v1",
        "headers": {"tenant": str(tenant and tenant.id), "colour": "blue", "x-death": []},
        "payload": payload,
        **values,
    }
    async with api.admin.begin() as connection:
        await connection.execute(insert(tables.dead_letters).values(**row))
    return str(identifier)


async def outbox_of(api: RunningApi, tenant: Tenant) -> list[Any]:
    return await api.rows(tables.outbox, tables.outbox.c.tenant_id == tenant.id)


def asked_for(tenant: Tenant, run: str, generation: int = 0) -> bytes:
    event = ReportRequested(
        run_id=UUID(run),
        tenant_id=tenant.id,
        lane=Lane.INTERACTIVE,
        generation=generation,
        report_type="delivery_summary",
        formats=("csv",),
    )
    return event.model_dump_json().encode()


async def failed_run(
    api: RunningApi,
    ada: httpx.AsyncClient,
    stage: str,
    code: str = "message_parked",
    **columns: Any,
) -> str:
    run = str((await ada.post("/api/v1/reports", json=body())).json()["id"])
    error = {"code": code, "message": "given up", "stage": stage, "service": "scheduler"}
    await api.change(run, status=RunStatus.FAILED, error=error, completed_at=func.now(), **columns)
    return run


async def test_an_administrator_sees_the_whole_message_and_why_it_lies_there(
    api: RunningApi, ada: httpx.AsyncClient, studio: Tenant
) -> None:
    run = str((await ada.post("/api/v1/reports", json=body())).json()["id"])
    id_ = await park(api, studio, asked_for(studio, run))

    (listed,) = (await ada.get(LETTERS)).json()["items"]
    shown = (await ada.get(f"{LETTERS}/{id_}")).json()

    assert (listed["id"], listed["stage"], listed["tries"]) == (id_, "aggregate", 21)
    assert "went down" in listed["reason_in_words"]
    assert shown["report"] == run
    assert json.loads(shown["payload"])["run_id"] == run
    assert shown["headers"]["colour"] == "blue"


async def test_nobody_sees_or_touches_another_tenants_or_what_belongs_to_none(
    api: RunningApi, ada: httpx.AsyncClient, stranger: httpx.AsyncClient, studio: Tenant
) -> None:
    own, nobodys = await park(api, studio, b"{}"), await park(api, None, b"{}")
    assert [one["id"] for one in (await ada.get(LETTERS)).json()["items"]] == [own]
    assert (await stranger.get(LETTERS)).json()["items"] == []
    for client, id_ in ((stranger, own), (stranger, nobodys), (ada, nobodys), (ada, "nonsense")):
        assert (await client.get(f"{LETTERS}/{id_}")).status_code == 404
        for step in ("replay", "discard"):
            assert (await client.post(f"{LETTERS}/{id_}/{step}")).status_code == 404
    rows = await api.rows(
        tables.dead_letters, tables.dead_letters.c.id.in_([UUID(own), UUID(nobodys)])
    )
    assert {row["status"] for row in rows} == {"parked"}


@pytest.mark.parametrize(
    ("stage", "columns", "status"),
    [
        ("aggregate", {}, "requested"),
        (
            "render",
            {
                "as_of": func.now(),
                "snapshot_key": "somewhere/document.json",
                "snapshot_sha256": "0" * 64,
                "snapshot_rows": 3,
            },
            "aggregated",
        ),
    ],
)
async def test_what_failed_for_it_goes_on_at_the_stage_that_gave_it_up(
    stage: str,
    columns: dict[str, Any],
    status: str,
    api: RunningApi,
    ada: httpx.AsyncClient,
    studio: Tenant,
) -> None:
    run = await failed_run(api, ada, stage, **columns)
    payload, queue = asked_for(studio, run), QUEUE
    if stage == "render":
        queue = RENDERER.queue_name(Lane.INTERACTIVE)
        snapshot = {"key": "somewhere/document.json", "sha256": "0" * 64, "rows": 3}
        payload = json.dumps(
            json.loads(payload) | {"as_of": "2026-11-20T09:00:00Z", "snapshot": snapshot}
        ).encode()
    before = len(await outbox_of(api, studio))
    id_ = await park(api, studio, payload, queue=queue)

    replayed = await ada.post(f"{LETTERS}/{id_}/replay")

    assert replayed.status_code == 200, replayed.text
    assert replayed.json()["follows"] == f"report {run} goes on at the stage {stage}"
    assert replayed.json()["message"]["status"] == "replayed"
    now = (await ada.get(f"/api/v1/reports/{run}")).json()
    assert (now["status"], now["error"]) == (status, None)
    (asked,) = (await outbox_of(api, studio))[before:]
    assert json.loads(asked["payload"])["generation"] == 1
    if stage == "render":
        assert (asked["exchange"], asked["routing_key"]) == ("", queue)
        assert now["snapshot"]["sha256"] == "0" * 64
    again = await ada.post(f"{LETTERS}/{id_}/replay")
    assert (again.status_code, again.json()["detail"]) == (
        409,
        f"message {id_} was replayed already",
    )
    actions = [row["action"] for row in await api.audit(studio)]
    assert actions.count("message.replayed") == 1


async def test_a_replay_never_undoes_what_happened_since(
    api: RunningApi, ada: httpx.AsyncClient, studio: Tenant
) -> None:
    other_reason = await failed_run(api, ada, "aggregate", code="source_away")
    finished = str((await ada.post("/api/v1/reports", json=body())).json()["id"])
    await api.finish(finished)
    retried = await failed_run(api, ada, "aggregate")
    assert (await ada.post(f"/api/v1/reports/{retried}/retry")).status_code == 202
    deleted = await failed_run(api, ada, "aggregate", deleted_at=func.now())
    for run in (other_reason, finished, retried, deleted):
        before = (await ada.get(f"/api/v1/reports/{run}")).json()["status"]
        id_ = await park(api, studio, asked_for(studio, run))
        refused = await ada.post(f"{LETTERS}/{id_}/replay")
        assert refused.status_code == 409
        assert "discard the message" in refused.json()["detail"]
        assert (await ada.get(f"/api/v1/reports/{run}")).json()["status"] == before
        discarded = await ada.post(f"{LETTERS}/{id_}/discard")
        assert discarded.json()["status"] == "discarded"
    assert (await ada.get(LETTERS)).json()["items"] == []
    done = (await ada.get(LETTERS, params={"status": "discarded"})).json()["items"]
    assert len(done) == 4


async def test_a_format_that_failed_for_it_is_asked_for_again(
    api: RunningApi, ada: httpx.AsyncClient, studio: Tenant
) -> None:
    run = str((await ada.post("/api/v1/reports", json=body())).json()["id"])
    await api.finish(run)
    artifact = uuid7()
    async with api.admin.begin() as connection:
        await connection.execute(
            insert(tables.artifacts).values(
                id=artifact,
                tenant_id=studio.id,
                run_id=UUID(run),
                format="xlsx",
                status=ArtifactStatus.FAILED,
                error={"code": "message_parked", "message": "given up"},
            )
        )
    event = ReportFormatRequested(
        run_id=UUID(run),
        tenant_id=studio.id,
        lane=Lane.INTERACTIVE,
        artifact_id=artifact,
        report_type="delivery_summary",
        format="xlsx",
    )
    queue = FORMAT_RENDERER.queue_name(Lane.INTERACTIVE)
    id_ = await park(api, studio, event.model_dump_json().encode(), queue=queue)

    replayed = await ada.post(f"{LETTERS}/{id_}/replay")

    assert replayed.status_code == 200, replayed.text
    files = (await ada.get(f"/api/v1/reports/{run}")).json()["artifacts"]
    assert {file["format"]: file["status"] for file in files}["xlsx"] == "pending"


@pytest.mark.parametrize("by", [DELIVERER, MAILER], ids=lambda consumer: consumer.name)
async def test_deliveries_that_failed_for_it_are_tried_anew(
    by: Consumption, api: RunningApi, ada: httpx.AsyncClient, studio: Tenant
) -> None:
    to = [{"channel": "email", "to": f"{name}@example.com"} for name in ("a", "b")]
    asked = (await ada.post("/api/v1/reports", json=body(deliver_to=to))).json()
    run = asked["id"]
    await api.finish(run)
    parked_for, other = sorted(UUID(entry["id"]) for entry in asked["deliveries"])
    async with api.admin.begin() as connection:
        table = tables.deliveries
        for delivery_id, answer in ((parked_for, DELIVERY_PARKED), (other, "550 no such mailbox")):
            await connection.execute(
                update(table)
                .where(table.c.id == delivery_id)
                .values(status=DeliveryStatus.FAILED, answer=answer, finished_at=func.now())
            )
    about = {"run_id": run, "tenant_id": str(studio.id), "lane": "interactive"}
    payload = about | {"delivery_id": str(parked_for), "channel": "email"}
    if by is MAILER:
        payload = about | {
            "report_type": "delivery_summary",
            "as_of": "2026-11-20T09:00:00Z",
            "snapshot_sha256": "0" * 64,
            "artifacts": [],
        }
    queue = by.queue_name(Lane.INTERACTIVE)
    id_ = await park(api, studio, json.dumps(payload).encode(), queue=queue)

    replayed = await ada.post(f"{LETTERS}/{id_}/replay")

    assert replayed.status_code == 200, replayed.text
    assert replayed.json()["message"]["stage"] == "deliver"
    rows = await api.rows(tables.deliveries, tables.deliveries.c.run_id == UUID(run))
    statuses = {row["id"]: row["status"] for row in rows}
    assert statuses == {parked_for: "pending", other: "failed"}
    (due,) = [row for row in await outbox_of(api, studio) if row["event_type"] == "delivery.due.v1"]
    assert json.loads(due["payload"])["resends"] == 1
    again = await park(api, studio, json.dumps(payload).encode(), queue=queue)
    await ada.post(f"{LETTERS}/{again}/replay")
    assert len(await api.rows(tables.deliveries, tables.deliveries.c.run_id == UUID(run))) == 2


async def test_what_its_consumer_could_not_read_goes_back_as_it_is(
    api: RunningApi, ada: httpx.AsyncClient, studio: Tenant
) -> None:
    unread = await park(api, studio, b'{"run_id": 5}', reason="rejected")
    no_text = await park(api, studio, b"\xff\x00", reason="rejected")

    back = await ada.post(f"{LETTERS}/{unread}/replay")
    refused = await ada.post(f"{LETTERS}/{no_text}/replay")
    shown = (await ada.get(f"{LETTERS}/{no_text}")).json()

    assert back.json()["follows"] == f"the message is back in {QUEUE}"
    assert back.json()["message"]["tries"] == 1
    (row,) = [row for row in await outbox_of(api, studio) if row["payload"] == '{"run_id": 5}']
    assert (row["exchange"], row["routing_key"]) == ("", QUEUE)
    assert row["headers"] == {"tenant": str(studio.id), "colour": "blue"}
    assert refused.status_code == 409
    assert "command line" in refused.json()["detail"]
    assert (shown["payload"], b64decode(shown["payload_base64"])) == (None, b"\xff\x00")


async def test_a_message_about_another_tenants_report_touches_nothing_of_it(
    api: RunningApi, ada: httpx.AsyncClient, stranger: httpx.AsyncClient, studio: Tenant
) -> None:
    theirs = await failed_run(api, stranger, "aggregate")
    (run,) = await api.rows(tables.runs, tables.runs.c.id == UUID(theirs))
    forged = asked_for(Tenant(run["tenant_id"], "theirs"), theirs)
    for payload, status in ((forged, 409), (asked_for(studio, theirs), 200)):
        id_ = await park(api, studio, payload)
        assert (await ada.post(f"{LETTERS}/{id_}/replay")).status_code == status
    async with api.admin.connect() as connection:
        untouched = await connection.scalar(
            select(tables.runs.c.status).where(tables.runs.c.id == UUID(theirs))
        )
    assert untouched == RunStatus.FAILED
