"""Webhooks that go wrong: what the ledger says is what the other side has."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook

from services.mailer.channels.webhook import WebhookChannel
from services.mailer.outgoing import Outgoing
from shared.egress import EgressRules
from tests.http_receiver import HttpReceiver, Reply
from tests.integration.mailer.conftest import PUBLIC_URL, Desk

OLD, NEW = ("whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
FILES = {"csv": b"project,delivered\r\nNorth,45\r\n"}


async def test_the_event_is_signed_and_its_links_lead_to_the_files(desk: Desk) -> None:
    async with HttpReceiver(lambda request: Reply(204)) as server:
        await desk.destination("webhook", url=f"{server.url}/hook", secret=NEW, previous_secret=OLD)
        delivery_id = await desk.delivery("webhook", FILES)
        row = await desk.attempt(delivery_id)
    assert (row["status"], row["receipt"]) == ("sent", str(delivery_id))
    (request,) = server.received
    # Whoever has either of the secrets can tell that it is ours.
    for secret in (OLD, NEW):
        told = Webhook(secret).verify(request.body, dict(request.headers))
    assert told["type"] == "report.rendered"
    assert told["data"]["run_id"] == str(row["run_id"])
    (file,) = told["data"]["artifacts"]
    assert file["filename"] == "delivery_summary 2026-10.csv"
    assert file["url"].startswith(f"{PUBLIC_URL}/s/")
    assert request.headers["webhook-id"] == str(delivery_id)
    (attempt,) = await desk.attempts(delivery_id)
    assert attempt["content_head"] == request.body, "the very bytes can be shown afterwards"
    assert attempt["content_sha256"] == hashlib.sha256(request.body).hexdigest()


async def test_a_redirect_is_not_followed(desk: Desk) -> None:
    async with HttpReceiver() as elsewhere:
        moved = Reply(301, b"moved", {"Location": f"{elsewhere.url}/hook"})
        async with HttpReceiver(lambda request: moved) as server:
            await desk.destination("webhook", url=f"{server.url}/hook", secret=NEW)
            row = await desk.attempt(await desk.delivery("webhook", FILES))
    assert row["status"] == "failed"
    assert row["answer"].startswith("301 ")
    assert "redirects are not followed" in row["answer"]
    assert len(server.received) == 1
    assert elsewhere.received == []


async def test_gone_disables_the_destination_and_nothing_more_is_sent(desk: Desk) -> None:
    async with HttpReceiver(lambda request: Reply(410, b"unsubscribed")) as server:
        identifier = await desk.destination("webhook", url=f"{server.url}/hook", secret=NEW)
        row = await desk.attempt(await desk.delivery("webhook", FILES))
        saved = await desk.saved(identifier)
        later = await desk.attempt(await desk.delivery("webhook", FILES))
    assert row["status"] == "failed"
    assert "unsubscribed" in saved["disabled_because"]
    assert saved["version"] == 2
    assert later["status"] == "failed"
    assert "is disabled: 410" in later["answer"]
    assert len(server.received) == 1


@pytest.mark.parametrize("status", [429, 503])
async def test_who_asks_to_wait_is_waited_for(desk: Desk, status: int) -> None:
    async with HttpReceiver(
        lambda request: Reply(status, b"slower", {"Retry-After": "120"})
    ) as server:
        await desk.destination("webhook", url=f"{server.url}/hook", secret=NEW)
        delivery_id = await desk.delivery("webhook", FILES)
        row = await desk.attempt(delivery_id)
        wait = (row["next_attempt_at"] - datetime.now(UTC)).total_seconds()
        server.answer = lambda request: Reply(200, b"thanks")
        after = await desk.attempt(delivery_id)
    assert row["status"] == "deferred"
    assert 60 < wait <= 121
    assert after["status"] == "sent"
    # One report, told twice under one id.
    assert [request.headers["webhook-id"] for request in server.received] == [str(delivery_id)] * 2
    attempts = await desk.attempts(delivery_id)
    assert [attempt["outcome"] for attempt in attempts] == ["deferred", "sent"]
    assert [attempt["answer"][:3] for attempt in attempts] == [str(status), "200"]
    assert {attempt["host"] for attempt in attempts} == {f"127.0.0.1:{server.port}"}


@pytest.mark.parametrize("then", ["hang", "reset"])
async def test_no_answer_is_tried_again_under_the_same_id(
    desk: Desk, way_out: Outgoing, then: str
) -> None:
    desk.channels["webhook"] = WebhookChannel(way_out, answer_s=0.5)
    async with HttpReceiver(
        lambda request: Reply(then="hang" if then == "hang" else "reset")
    ) as server:
        await desk.destination("webhook", url=f"{server.url}/hook", secret=NEW)
        delivery_id = await desk.delivery("webhook", FILES)
        row = await desk.attempt(delivery_id)
        server.answer = lambda request: Reply()
        after = await desk.attempt(delivery_id)
    assert row["status"] == "deferred"
    assert after["status"] == "sent"
    assert {request.headers["webhook-id"] for request in server.received} == {str(delivery_id)}


async def test_a_body_without_end_is_left(desk: Desk) -> None:
    async with HttpReceiver(lambda request: Reply(200, b"so ", then="endless")) as server:
        await desk.destination("webhook", url=f"{server.url}/hook", secret=NEW)
        row = await desk.attempt(await desk.delivery("webhook", FILES))
    assert row["status"] == "sent"
    assert row["answer"].startswith("200 Said: so zzz")
    assert len(row["answer"]) <= 500
    assert [request.headers["webhook-id"] for request in server.received] == [str(row["id"])]


async def test_an_answer_that_is_never_whole_still_has_its_status(
    desk: Desk, way_out: Outgoing
) -> None:
    desk.channels["webhook"] = WebhookChannel(way_out, answer_s=0.5)
    begun = Reply(500, b"no", {"Content-Length": "1000"})
    async with HttpReceiver(lambda request: begun) as server:
        await desk.destination("webhook", url=f"{server.url}/hook", secret=NEW)
        row = await desk.attempt(await desk.delivery("webhook", FILES))
    assert row["status"] == "deferred"
    assert row["answer"].startswith("500 ")


async def test_a_name_that_leads_to_a_private_address_gets_nothing(desk: Desk) -> None:
    async with HttpReceiver() as server:

        async def resolve(host: str, port: int) -> list[str]:
            return ["198.51.100.7", "127.0.0.1"] if host == "hooks.studio.example" else [host]

        guard = Outgoing(EgressRules.of("", f"443,{server.port}"), resolve)
        desk.channels["webhook"] = WebhookChannel(guard)
        url = f"https://hooks.studio.example:{server.port}/"
        await desk.destination("webhook", url=url, secret=NEW)
        row = await desk.attempt(await desk.delivery("webhook", FILES))
        await guard.close()
    assert row["status"] == "failed"
    assert "no public address" in row["answer"]
    assert server.connections == 0
