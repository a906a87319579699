"""The ledger over HTTP: what was sent to whom, sent again, resolved, and to further people."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import insert

from shared.dedup_keys import artifact_key
from shared.states import DeliveryStatus
from shared.store import tables
from tests.running_api import RunningApi, body
from tests.tenants import Tenant

DELIVERIES = "/api/v1/deliveries"
REPORTS = "/api/v1/reports"


def to(*addresses: str) -> list[dict[str, str]]:
    return [{"channel": "email", "to": address} for address in addresses]


async def delivered(
    api: RunningApi, client: httpx.AsyncClient, *addresses: str, **values: Any
) -> tuple[str, list[dict[str, Any]]]:
    """A completed report and its deliveries, each with these columns."""
    asked = (await client.post(REPORTS, json=body(deliver_to=to(*addresses)))).json()
    await api.finish(asked["id"])
    for delivery in asked["deliveries"]:
        await api.change_delivery(delivery["id"], **values)
    return asked["id"], asked["deliveries"]


async def attempted(
    api: RunningApi, studio: Tenant, delivery: str, number: int, **columns: Any
) -> None:
    async with api.admin.begin() as connection:
        await connection.execute(
            insert(tables.delivery_attempts).values(
                tenant_id=studio.id, delivery_id=UUID(delivery), number=number, **columns
            )
        )


async def due(api: RunningApi, run_id: str) -> list[dict[str, Any]]:
    """What the mailer is asked for, as it will read it."""
    rows = await api.rows(tables.outbox, tables.outbox.c.run_id == UUID(run_id))
    return [
        {"type": row["event_type"], "id": row["event_id"], "queue": row["routing_key"]}
        for row in rows
        if row["exchange"] == ""
    ]


async def test_deliveries_are_found_by_recipient_state_and_channel_in_pages(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    run, _ = await delivered(
        api, ada, *(f"p{n}@example.com" for n in range(5)), status=DeliveryStatus.SENT
    )
    other, _ = await delivered(api, ada, "P3@Example.com", status=DeliveryStatus.FAILED)

    of_one = (await ada.get(DELIVERIES, params={"recipient": "p3@example.COM"})).json()["items"]
    assert [(one["run"], one["status"]) for one in of_one] == [(other, "failed"), (run, "sent")]
    failed = (await ada.get(DELIVERIES, params={"status": "failed"})).json()["items"]
    assert [one["to"].lower() for one in failed] == ["p3@example.com"]
    assert (await ada.get(DELIVERIES, params={"channel": "pigeon"})).json()["items"] == []
    assert len((await ada.get(DELIVERIES, params={"run": run})).json()["items"]) == 5

    seen, cursor = [], None
    while True:
        query = {"limit": 4, **({"cursor": cursor} if cursor else {})}
        page = (await ada.get(DELIVERIES, params=query)).json()
        seen += [one["id"] for one in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(seen) == len(set(seen)) == 6


async def test_other_tenants_find_nothing_of_it(
    api: RunningApi, ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    run, (delivery,) = await delivered(
        api, ada, "someone@example.com", status=DeliveryStatus.UNCERTAIN
    )
    assert (await stranger.get(DELIVERIES)).json()["items"] == []
    one = f"{DELIVERIES}/{delivery['id']}"
    for method, url, sent in (
        ("GET", one, None),
        ("GET", f"{one}/content", None),
        ("POST", f"{one}/resend", None),
        ("POST", f"{one}/resolve", {"outcome": "arrived"}),
        ("POST", f"{REPORTS}/{run}/deliver", {"deliver_to": to("eve@example.com")}),
    ):
        assert (await stranger.request(method, url, json=sent)).status_code == 404, url
    assert await due(api, run) == []


async def test_every_attempt_tells_when_to_whom_what_was_answered_and_what_came_next(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    run, (delivery,) = await delivered(api, ada, "someone@example.com", status=DeliveryStatus.SENT)
    later = datetime(2026, 11, 21, 9, 1, tzinfo=UTC)
    said: dict[str, Any] = {"host": "mx.example.com:25", "duration_ms": 41, "finished_at": later}
    await attempted(
        *(api, studio, delivery["id"], 1),
        **said,
        outcome="deferred",
        answer="450 4.2.1 later",
        next_attempt_at=later,
    )
    await attempted(api, studio, delivery["id"], 2, **said, outcome="sent", answer="250 2.0.0 ok")

    found = (await ada.get(f"{DELIVERIES}/{delivery['id']}")).json()

    assert [
        (one["number"], one["outcome"], one["answer"], one["host"], one["duration_ms"])
        for one in found["tries"]
    ] == [
        (1, "deferred", "450 4.2.1 later", "mx.example.com:25", 41),
        (2, "sent", "250 2.0.0 ok", "mx.example.com:25", 41),
    ]
    assert found["tries"][0]["next_attempt_at"] == "2026-11-21T09:01:00Z"
    assert found["tries"][1]["content"] is None
    files = await ada.get(f"{DELIVERIES}/{delivery['id']}/content")
    assert files.status_code == 404
    assert f"{REPORTS}/{run}/download" in files.json()["detail"], "it brought these"
    await ada.delete(f"{REPORTS}/{run}")
    assert (await ada.get(f"{DELIVERIES}/{delivery['id']}/content")).status_code == 410


async def test_what_was_sent_is_given_out_byte_for_byte_until_it_is_gone_and_audited(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    run, (delivery,) = await delivered(api, ada, "someone@example.com", status=DeliveryStatus.SENT)
    head, rest = b"To: someone@example.com\r\n", b"\r\nfor everybody\r\n"
    key = artifact_key(studio.id, UUID(run), 0, "mail.body")
    await api.blobs.put_new(key, rest)
    await attempted(
        *(api, studio, delivery["id"], 1),
        content_type="message/rfc822",
        content_head=head,
        content_key=key,
        content_sha256=hashlib.sha256(head + rest).hexdigest(),
        content_size=len(head + rest),
    )
    (shown,) = (await ada.get(f"{DELIVERIES}/{delivery['id']}")).json()["tries"]

    got = await ada.get(shown["content"]["url"])

    assert got.content == head + rest
    assert got.headers["content-type"] == "message/rfc822"
    assert got.headers["content-disposition"].endswith('.eml"')
    last = (await api.audit(studio))[-1]
    assert (last["actor"], last["action"]) == ("ada", "delivery.content_fetched")
    assert last["details"]["sha256"] == shown["content"]["sha256"]

    await ada.delete(f"{REPORTS}/{run}")
    gone = await ada.get(shown["content"]["url"])
    assert gone.status_code == 410
    assert shown["content"]["sha256"] in gone.json()["detail"]
    (shown,) = (await ada.get(f"{DELIVERIES}/{delivery['id']}")).json()["tries"]
    assert shown["content"]["url"] is None
    assert (await ada.get(f"{DELIVERIES}/{delivery['id']}/content?attempt=7")).status_code == 404


async def test_a_delivery_is_sent_again_as_often_as_somebody_asks_once_it_has_ended(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    run, (delivery,) = await delivered(
        api, ada, "someone@example.com", status=DeliveryStatus.SENT, attempts=3
    )
    url = f"{DELIVERIES}/{delivery['id']}/resend"

    again = await ada.post(url)

    assert (again.status_code, again.json()["status"]) == (202, "pending")
    assert (again.json()["resends"], again.json()["finished_at"]) == (1, None)
    assert (await ada.post(url)).status_code == 409, "it is on its way"
    await api.change_delivery(delivery["id"], status=DeliveryStatus.UNCERTAIN)
    assert (await ada.post(url)).json()["resends"] == 2
    first, second = await due(api, run)
    assert first["type"] == second["type"] == "delivery.due.v1"
    assert first["id"] != second["id"], "the mailer would take the second for the first"
    (row,) = await api.rows(tables.deliveries, tables.deliveries.c.run_id == UUID(run))
    assert (row["copies"], row["attempts_before"]) == (1, 3), "uncertain is no copy of its own"

    await ada.delete(f"{REPORTS}/{run}")
    await api.change_delivery(delivery["id"], status=DeliveryStatus.FAILED)
    assert (await ada.post(url)).status_code == 410


async def test_somebody_says_what_became_of_an_uncertain_delivery(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    run, (first, second) = await delivered(
        api, ada, "a@example.com", "b@example.com", status=DeliveryStatus.UNCERTAIN
    )
    arrived = await ada.post(
        f"{DELIVERIES}/{first['id']}/resolve", json={"outcome": "arrived", "note": "she has it"}
    )
    not_arrived = await ada.post(
        f"{DELIVERIES}/{second['id']}/resolve", json={"outcome": "did_not_arrive"}
    )

    assert (arrived.json()["status"], not_arrived.json()["status"]) == ("sent", "failed")
    assert not_arrived.json()["answer"] == "ada says that it did not arrive"
    assert (await api.audit(studio))[-2]["details"]["note"] == "she has it"
    events = await api.rows(tables.outbox, tables.outbox.c.run_id == UUID(run))
    assert [row["event_type"] for row in events].count("report.delivered.v1") == 1
    again = await ada.post(f"{DELIVERIES}/{first['id']}/resolve", json={"outcome": "arrived"})
    assert again.status_code == 409
    wrong = await ada.post(f"{DELIVERIES}/{first['id']}/resolve", json={"outcome": "perhaps"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "/outcome")


async def test_a_report_goes_to_further_people_and_to_nobody_twice(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    run, _ = await delivered(api, ada, "someone@example.com", status=DeliveryStatus.SENT)
    url = f"{REPORTS}/{run}/deliver"
    wanted = {"deliver_to": to("Someone@Example.com", "further@example.com")}

    answers = [(await ada.post(url, json=wanted)).json() for _ in range(2)]

    assert answers[0] == answers[1]
    assert [(one["to"], one["status"]) for one in answers[0]["deliveries"]] == [
        ("someone@example.com", "sent"),
        ("further@example.com", "pending"),
    ]
    # This report was asked for as CSV alone, so the text of its mail is rendered first.
    events = await api.rows(tables.outbox, tables.outbox.c.run_id == UUID(run))
    asked = [row for row in events if row["event_type"] == "report.format_requested.v1"]
    assert len(asked) == 1
    assert '"format":"mail"' in asked[0]["payload"]
    shown = (await ada.get(f"{REPORTS}/{run}")).json()
    assert [one["format"] for one in shown["artifacts"]] == ["csv"], "the text is no download"


async def test_only_a_completed_report_with_its_files_goes_to_further_people(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    run = (await ada.post(REPORTS, json=body())).json()["id"]
    wanted = {"deliver_to": to("someone@example.com")}
    assert (await ada.post(f"{REPORTS}/{run}/deliver", json=wanted)).status_code == 409
    await api.finish(run)
    await ada.delete(f"{REPORTS}/{run}")
    assert (await ada.post(f"{REPORTS}/{run}/deliver", json=wanted)).status_code == 410
    twice = {"deliver_to": to("a@example.com", "A@example.com")}
    refused = await ada.post(f"{REPORTS}/{run}/deliver", json=twice)
    assert refused.json()["errors"][0]["field"] == "/deliver_to/1/to"
    assert (await ada.post(f"{REPORTS}/{run}/deliver", json={"deliver_to": []})).status_code == 422


async def test_authors_do_so_with_their_own_reports_alone(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    run, (delivery,) = await delivered(
        api, ada, "someone@example.com", status=DeliveryStatus.UNCERTAIN
    )
    one = f"{DELIVERIES}/{delivery['id']}"
    async with api.client(studio, role="author", sub="eve") as eve:
        for method, url, sent in (
            ("GET", f"{one}/content", None),
            ("POST", f"{one}/resend", None),
            ("POST", f"{one}/resolve", {"outcome": "arrived"}),
            ("POST", f"{REPORTS}/{run}/deliver", {"deliver_to": to("eve@example.com")}),
        ):
            assert (await eve.request(method, url, json=sent)).status_code == 403, url
        assert (await eve.get(one)).status_code == 200
