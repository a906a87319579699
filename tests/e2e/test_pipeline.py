"""From a request to the mail in the inbox: five processes, as a client sees them."""

from __future__ import annotations

import asyncio
import csv
import email
import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from deploy.local.infrastructure import LocalInfrastructure
from tests.e2e.conftest import client_of, point_source_to
from tests.e2e.reports import REPORTS, finished, until_delivered
from tests.processes import Fleet
from tests.running_api import body
from tests.tenants import Tenant, new_tenant


def mails_to(inbox: httpx.Client, address: str) -> list[EmailMessage]:
    """What lies in the inbox for that address."""
    return [
        email.message_from_bytes(
            inbox.get(f"/api/messages/{mail['id']}/raw").content, policy=default
        )
        for mail in inbox.get("/api/messages").json()
        if address in json.dumps(mail)
    ]


def test_a_report_is_asked_for_downloaded_and_found_in_the_inbox(
    ada: httpx.Client, inbox: httpx.Client
) -> None:
    to = f"bob-{uuid4().hex[:8]}@example.com"
    formats = ["pdf", "html", "xlsx", "csv", "json", "ndjson", "parquet"]
    run = finished(ada, formats=formats, deliver_to=[{"channel": "email", "to": to}])

    assert run["status"] == "completed"
    assert run["snapshot"]["sha256"]
    assert run["created_at"] <= run["started_at"] <= run["completed_at"]
    assert [entry["stage"] for entry in run["timeline"]] == ["requested", "aggregated", "completed"]
    assert [entry["service"] for entry in run["timeline"]] == ["api", "aggregator", "renderer"]
    files = {}
    for artifact in run["artifacts"]:
        answer = ada.get(artifact["url"])
        assert answer.headers["content-type"].split(";")[0] == artifact["media_type"].split(";")[0]
        assert len(answer.content) == artifact["size"]
        assert hashlib.sha256(answer.content).hexdigest() == artifact["sha256"]
        files[artifact["format"]] = answer.content
    assert sorted(files) == sorted(formats)
    assert len({artifact["rows"] for artifact in run["artifacts"]}) == 1
    assert files["pdf"].startswith(b"%PDF-")
    assert files["html"].startswith(b"<!DOCTYPE html>")
    assert files["xlsx"].startswith(b"PK")
    assert files["parquet"].startswith(b"PAR1")
    assert json.loads(files["json"])["type"] == "delivery_summary"
    assert next(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig"))))

    (delivery,) = until_delivered(ada, run)["deliveries"]
    assert (delivery["to"], delivery["status"], delivery["attempts"]) == (to, "sent", 1)
    (mail,) = mails_to(inbox, to)
    attached = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
    assert sorted(hashlib.sha256(_bytes(content)).hexdigest() for content in attached.values()) == (
        sorted(artifact["sha256"] for artifact in run["artifacts"])
    )
    assert mail["Message-ID"]
    assert mail.get_body(("plain",)) is not None
    # Of nothing there is nothing to draw.
    assert [part for part in mail.walk() if part["Content-ID"]] == []
    assert mail.get_body(("html",)) is not None


@contextmanager
def one_delivery(infra: LocalInfrastructure) -> Iterator[None]:
    """A character in the studio that is otherwise empty, long before anything else is asked for."""

    async def execute(*statements: str) -> None:
        connection = await asyncpg.connect(infra.admin_database_url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(
        execute(
            "INSERT INTO studio.projects VALUES (1900, 'The Paper Admiral', '2019-01-01Z')",
            "INSERT INTO studio.characters VALUES (1900, 1900, 'Wren', 'dialogue', 'hd',"
            " '2019-04-01Z', '2019-05-14T12:00Z')",
        )
    )
    try:
        yield
    finally:
        asyncio.run(
            execute(
                "DELETE FROM studio.characters WHERE id = 1900",
                "DELETE FROM studio.projects WHERE id = 1900",
            )
        )


def test_the_mail_shows_the_chart(
    ada: httpx.Client, inbox: httpx.Client, infra: LocalInfrastructure
) -> None:
    to = f"bob-{uuid4().hex[:8]}@example.com"
    with one_delivery(infra):
        run = finished(
            ada,
            formats=["csv"],
            period={"from": "2019-05-01", "to": "2019-05-31"},
            deliver_to=[{"channel": "email", "to": to}],
        )
    until_delivered(ada, run)
    (mail,) = mails_to(inbox, to)
    html = mail.get_body(("html",))
    (chart,) = [part for part in mail.walk() if part["Content-ID"]]
    assert html is not None
    assert f'src="cid:{chart["Content-ID"].strip("<>")}"' in html.get_content()
    assert chart.get_content().startswith(b"\x89PNG")
    # It is no file among those that were asked for.
    assert [part.get_content_type() for part in mail.iter_attachments()] == ["text/csv"]
    (listed,) = [one for one in inbox.get("/api/messages").json() if to in json.dumps(one)]
    assert len(listed["attachments"]) == 1


def _bytes(content: Any) -> bytes:
    return content if isinstance(content, bytes) else str(content).encode()


def events(answer: httpx.Response) -> Iterator[tuple[str, Any]]:
    name = ""
    for line in answer.iter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        if field == "data":
            yield name, json.loads(value)


def test_a_stream_follows_a_report_to_its_end(ada: httpx.Client) -> None:
    run = ada.post(REPORTS, json=body()).json()["id"]

    with ada.stream("GET", f"{REPORTS}/{run}/events") as answer:
        told = list(events(answer))

    statuses = [data["status"] for _, data in told]
    order = ["requested", "aggregating", "aggregated", "rendering", "completed"]
    # Which of those in between are seen depends on how quickly they pass.
    assert [order.index(status) for status in statuses] == sorted(
        order.index(status) for status in statuses
    )
    assert [name for name, _ in told] == ["status"] * (len(told) - 1) + ["end"]
    assert statuses[-2:] == ["completed", "completed"]
    assert told[-2][1] == ada.get(f"{REPORTS}/{run}").json()


def test_a_report_that_takes_longer_than_the_client_waits_is_accepted(
    ada: httpx.Client, fleet: Fleet
) -> None:
    fleet["aggregator"].pause()
    try:
        answer = ada.post(REPORTS, json=body(), headers={"Prefer": "wait=1"})
    finally:
        fleet["aggregator"].resume()

    assert answer.status_code == 202
    assert answer.json()["status"] == "requested"
    assert answer.headers["preference-applied"] == "wait=1"


def test_a_cancelled_report_stays_cancelled_and_nothing_is_sent(
    ada: httpx.Client, fleet: Fleet, inbox: httpx.Client
) -> None:
    to = f"bob-{uuid4().hex[:8]}@example.com"
    fleet["aggregator"].pause()
    try:
        asked = body(deliver_to=[{"channel": "email", "to": to}])
        run = ada.post(REPORTS, json=asked).json()["id"]
        cancelled = ada.post(f"{REPORTS}/{run}/cancel")
    finally:
        fleet["aggregator"].resume()
    # What was asked for later is done first, or at the same time.
    assert finished(ada)["status"] == "completed"

    assert cancelled.json()["status"] == "cancelled"
    view = ada.get(f"{REPORTS}/{run}").json()
    assert view["status"] == "cancelled"
    assert view["artifacts"] == []
    assert [entry["status"] for entry in view["deliveries"]] == ["cancelled"]
    assert ada.get(f"{REPORTS}/{run}/download?format=csv").status_code == 404
    assert mails_to(inbox, to) == []


async def test_a_failed_report_says_why_and_can_be_retried(
    ada: httpx.Client, infra: LocalInfrastructure, tenant: Tenant, inbox: httpx.Client
) -> None:
    to = f"bob-{uuid4().hex[:8]}@example.com"
    await point_source_to(infra, tenant, "BROADSHEET_SOURCE_NOWHERE_URL")
    failed = finished(ada, deliver_to=[{"channel": "email", "to": to}])

    assert failed["status"] == "failed"
    assert failed["error"]["stage"] == "aggregate"
    assert failed["error"]["code"]
    assert failed["error"]["message"]
    assert [entry["status"] for entry in failed["deliveries"]] == ["cancelled"]

    await point_source_to(infra, tenant, "BROADSHEET_SOURCE_STUDIO_URL")
    again = ada.post(f"{REPORTS}/{failed['id']}/retry")
    assert again.status_code == 202
    with ada.stream("GET", f"{REPORTS}/{failed['id']}/events") as answer:
        (*_, (_, last)) = events(answer)
    assert last == {"status": "completed"}
    view = until_delivered(ada, failed)
    assert view["error"] is None
    assert [entry["status"] for entry in view["deliveries"]] == ["sent"]
    assert len(mails_to(inbox, to)) == 1
    assert ada.post(f"{REPORTS}/{failed['id']}/retry").status_code == 409


def test_a_deleted_report_loses_its_files_and_keeps_its_ledger(ada: httpx.Client) -> None:
    run = finished(ada)

    assert ada.delete(f"{REPORTS}/{run['id']}").status_code == 204

    view = ada.get(f"{REPORTS}/{run['id']}").json()
    assert [entry["sha256"] for entry in view["artifacts"]] == [
        entry["sha256"] for entry in run["artifacts"]
    ]
    assert [entry["url"] for entry in view["artifacts"]] == [None]
    assert ada.get(f"{REPORTS}/{run['id']}/download?format=csv").status_code == 410
    assert run["id"] not in ada.get(REPORTS).text
    logged = [entry["action"] for entry in ada.get("/api/v1/audit").json()]
    assert logged == ["report.deleted", "report.requested"]


async def test_another_tenant_finds_nothing_of_it(
    ada: httpx.Client, infra: LocalInfrastructure, fleet: Fleet
) -> None:
    run = finished(ada)["id"]
    missing = str(uuid4())
    with client_of(infra, fleet, await new_tenant(infra.admin_database_url)) as stranger:
        for method, rest in (
            ("GET", ""),
            ("GET", "/download?format=csv"),
            ("GET", "/events"),
            ("POST", "/cancel"),
            ("POST", "/retry"),
            ("DELETE", ""),
        ):
            theirs = stranger.request(method, f"{REPORTS}/{run}{rest}")
            none = stranger.request(method, f"{REPORTS}/{missing}{rest}")
            assert theirs.status_code == none.status_code == 404
            assert theirs.content.replace(run.encode(), missing.encode()) == none.content
        assert stranger.get(REPORTS).json()["items"] == []
    assert ada.get(f"{REPORTS}/{run}").json()["status"] == "completed"
