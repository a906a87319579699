"""Mails that came back whole, and those that wait in a mailbox file."""

from __future__ import annotations

import asyncio
import mailbox
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from cli.main import main
from shared.states import DeliveryStatus
from tests.bounces import bounced
from tests.integration.api.test_deliveries import DELIVERIES, delivered
from tests.integration.api.test_suppressions import BOUNCES, listed
from tests.running_api import RunningApi, claims
from tests.tenants import Tenant

REPORT = ("JVBERi0xLjcKJeLjz9MK" * 3 + "\n") * 20_000
"""A file of a megabyte in base64, as a server brings it back with the mail."""


async def test_of_a_notification_that_brings_the_whole_report_back_the_beginning_suffices(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    _, (delivery,) = await delivered(api, ada, "someone@example.com", status=DeliveryStatus.SENT)
    content = bounced(delivery["id"], kind="message/rfc822", returned=REPORT)
    assert len(content) > 1_000_000

    answer = await ada.post(BOUNCES, content=content)

    assert answer.json() == {"delivery": delivery["id"], "status": "bounced", "suppressed": True}


async def test_what_came_back_before_another_copy_was_wanted_says_nothing_of_that_one(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    """As when the same mailbox file is read again later."""
    values = {"status": DeliveryStatus.SENT, "copies": 1}
    _, (delivery,) = await delivered(api, ada, "someone@example.com", **values)
    first = await ada.post(BOUNCES, content=bounced(delivery["id"]))
    assert first.json() == {"delivery": delivery["id"], "status": "sent", "suppressed": False}
    assert await listed(ada) == {}
    second = await ada.post(BOUNCES, content=bounced(f"{delivery['id']}.1"))
    assert second.json() == {"delivery": delivery["id"], "status": "bounced", "suppressed": True}


async def test_only_mails_come_back(api: RunningApi, ada: httpx.AsyncClient) -> None:
    """Whoever receives a webhook knows the id of its delivery and could make up a notification."""
    values = {"status": DeliveryStatus.SENT, "channel": "webhook", "recipient": "their-system"}
    _, (delivery,) = await delivered(api, ada, "someone@example.com", **values)
    answer = await ada.post(BOUNCES, content=bounced(delivery["id"]))
    assert answer.status_code == 404
    assert (await ada.get(f"{DELIVERIES}/{delivery['id']}")).json()["status"] == "sent"
    assert await listed(ada) == {}


async def test_a_body_without_end_is_not_listened_to_for_ever(ada: httpx.AsyncClient) -> None:
    announced = await ada.post(
        BOUNCES, content=b"Subject: back\r\n\r\n", headers={"Content-Length": str(1 << 30)}
    )
    assert (announced.status_code, "67108864 bytes" in announced.json()["detail"]) == (413, True)


@pytest.mark.parametrize("kind", ["mbox", "one message"])
async def test_a_mailbox_file_is_read_and_reading_it_twice_changes_nothing(
    kind: str,
    api: RunningApi,
    studio: Tenant,
    ada: httpx.AsyncClient,
    served: str,
    tmp_path: Path,
) -> None:
    addresses = ("gone@example.com", "full@example.com", "fine@example.com")
    _, deliveries = await delivered(api, ada, *addresses, status=DeliveryStatus.SENT)
    gone, full, fine = deliveries
    file = tmp_path / "bounces"
    came_back = bounced(gone["id"], recipient="gone@example.com")
    if kind == "one message":
        file.write_bytes(came_back)
        ends = {"gone@example.com": "bounced", "full@example.com": "sent"}
        lines = ["1 came back; 0 other messages were passed over"]
    else:
        box = mailbox.mbox(file)
        box.add(came_back)
        box.add(b"Subject: Out of office\n\nFrom Monday on I am back.\n")
        box.add(bounced(full["id"], status="5.2.2", kind="message/rfc822", returned=REPORT))
        box.add(bounced(fine["id"], action="delayed", status="4.4.1"))
        box.flush()
        ends = {"gone@example.com": "bounced", "full@example.com": "bounced"}
        lines = [f"{full['id']}: bounced", "2 came back; 2 other messages were passed over"]
    whom = {"BROADSHEET_API_URL": served, "BROADSHEET_TOKEN": api.token(claims(studio.slug))}

    for _ in range(2):
        ended = await asyncio.to_thread(
            CliRunner().invoke, main, ["bounces", str(file)], None, whom
        )
        assert ended.exit_code == 0, ended.output
        assert ended.output.splitlines() == [
            f"{gone['id']}: bounced, and its address gets no further mail",
            *lines,
        ]
        found = (await ada.get(DELIVERIES)).json()["items"]
        assert {one["to"]: one["status"] for one in found} == {**ends, "fine@example.com": "sent"}
        assert await listed(ada) == {"gone@example.com": "bounced"}
    bounces = [row for row in await api.audit(studio) if row["action"] == "delivery.bounced"]
    assert len(bounces) == len([end for end in ends.values() if end == "bounced"])
