"""From a completed run to what a mail server receives, and what the ledger keeps of it."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from sqlalchemy import func, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from services.scheduler.retention import expire_files
from shared.blobs import BlobStore
from shared.errors import PermanentError
from shared.states import DeliveryStatus
from shared.store import tables
from shared.store.engine import Store
from shared.suppression import Reason, add
from tests.mailing import PUBLIC_URL, Post
from tests.pipeline import Pipeline
from tests.smtp_server import Script


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=default)


async def test_the_ledger_keeps_the_very_bytes_and_stores_what_all_share_once(post: Post) -> None:
    addresses = sorted(f"person{number}@example.com" for number in range(20))
    pdf = b"%PDF" + bytes(range(256)) * 200
    async with post() as (made, server):
        run_id = await made.completed(*addresses, files={"pdf": pdf})
        rows = await made.attempt(run_id)

    assert {row["status"] for row in rows} == {DeliveryStatus.SENT}
    received = {mail.recipients[0]: mail.content for mail in server.received}
    assert sorted(received) == addresses
    attempts = {row["delivery_id"]: row for row in await made.pipeline.attempts(run_id)}
    (key,) = {row["content_key"] for row in attempts.values()}
    shared = await made.blobs.get(key)
    for row in rows:
        kept = attempts[row["id"]]
        assert kept["content_head"] + shared == received[row["recipient"]]
        assert len(kept["content_head"]) < 1500
    (attachment,) = read(received[addresses[0]]).iter_attachments()
    assert attachment.get_content() == pdf


async def test_past_its_retention_nothing_of_what_was_sent_is_kept_but_its_checksum(
    post: Post, store: Store, admin: AsyncEngine, blobs: BlobStore
) -> None:
    async with post() as (made, server):
        old, recent = [await made.completed("someone@example.com") for _ in range(2)]
        for run_id in (old, recent):
            await made.attempt(run_id)
    (before,) = await made.pipeline.attempts(old)
    async with admin.begin() as connection:
        await connection.execute(
            update(tables.runs)
            .where(tables.runs.c.id == old)
            .values(completed_at=func.now() - text("interval '91 days'"))
        )

    await expire_files(store, blobs, lease_seconds=30)

    (attempt,) = await made.pipeline.attempts(old)
    assert attempt["content_head"] is None, "it names the recipient"
    with pytest.raises(PermanentError, match="blob_missing"):
        await blobs.get(attempt["content_key"])
    assert attempt["content_sha256"] == before["content_sha256"]
    assert hashlib.sha256(server.received[0].content).hexdigest() == attempt["content_sha256"]
    (attempt,) = await made.pipeline.attempts(recent)
    assert b"someone@example.com" in attempt["content_head"]


async def test_a_second_attempt_sends_the_same_bytes(post: Post) -> None:
    async with post(Script(hang="dot"), smtp_final_timeout_seconds=0.3) as (made, server):
        run_id = await made.completed("someone@example.com", options={"when_uncertain": "resend"})
        (row,) = await made.attempt(run_id)
        assert row["status"] == DeliveryStatus.DEFERRED
        server.script = Script()
        (row,) = await made.attempt(run_id)

    assert row["status"] == DeliveryStatus.SENT
    first, second = server.received
    assert first.content == second.content
    outcomes = [attempt["outcome"] for attempt in await made.pipeline.attempts(run_id)]
    assert outcomes == ["uncertain", "sent"], "there may be two of it, and the ledger says so"


async def test_files_too_large_for_a_mail_come_as_links(post: Post) -> None:
    async with post(mail_max_bytes=100_000) as (made, server):
        small = await made.completed("someone@example.com", files={"pdf": b"%" * 70_000})
        # Larger than it looks: base64 makes four of three octets.
        large = await made.completed("someone@example.com", files={"pdf": b"%" * 80_000})
        for run_id in (small, large):
            await made.attempt(run_id)

    carried, linked = (read(mail.content) for mail in server.received)
    assert [part.get_content_type() for part in carried.iter_attachments()] == ["application/pdf"]
    assert list(linked.iter_attachments()) == []
    assert len(server.received[1].content) < 5000
    texts = [linked.get_body((kind,)) for kind in ("plain", "html")]
    links = [
        set(re.findall(rf"{PUBLIC_URL}/s/[\w.-]+", part.get_content())) for part in texts if part
    ]
    assert len(links) == 2
    assert len(links[0]) == 1
    assert links[0] == links[1]


async def test_several_files_come_as_one_where_that_is_wanted(post: Post) -> None:
    files = {"pdf": b"%PDF", "csv": b"a,b\r\n"}
    async with post() as (made, server):
        run_id = await made.completed("someone@example.com", files=files, options={"zip": True})
        await made.attempt(run_id)
    (packed,) = read(server.received[0].content).iter_attachments()
    assert packed.get_content_type() == "application/zip"
    with zipfile.ZipFile(io.BytesIO(packed.get_content())) as archive:
        assert {name.rpartition(".")[2]: archive.read(name) for name in archive.namelist()} == files


async def test_a_definition_says_who_writes_and_what_about(post: Post) -> None:
    options = {
        "subject": "{{ organisation }}: {{ kpis.delivered }} delivered in {{ period }}",
        "from_name": "Årsrapport",
        "reply_to": "desk@studio.example",
    }
    async with post() as (made, server):
        await made.attempt(await made.completed("someone@example.com", options=options))
        options["subject"] = "{{ kpis.no_such_figure }}"
        await made.attempt(await made.completed("someone@example.com", options=options))
    mail, other = (read(received.content) for received in server.received)
    assert mail["Subject"] == "Test Studio: 45 delivered in October 2026"
    assert mail["From"] == "Årsrapport <reports@studio.example>"
    assert mail["Reply-To"] == "desk@studio.example"
    assert other["Subject"] == "Delivery summary, October 2026", "the report counts for more"


async def test_every_mail_says_how_to_get_no_more_with_a_link_of_its_own(post: Post) -> None:
    async with post() as (made, server):
        await made.attempt(await made.completed("a@example.com", "b@example.com"))
    links = set()
    for received in server.received:
        mail = read(received.content)
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        links.add(mail["List-Unsubscribe"])
    assert len(links) == 2
    assert all(link.startswith(f"<{PUBLIC_URL}/unsubscribe/") for link in links)


async def test_who_unsubscribed_is_sent_nothing_and_the_ledger_says_why(
    post: Post, store: Store, pipeline: Pipeline
) -> None:
    async with store.tenant(pipeline.tenant.id) as connection:
        await add(
            connection,
            tenant_id=pipeline.tenant.id,
            address="Someone@Example.com",
            reason=Reason.UNSUBSCRIBED,
            detail="",
            by="somebody with the link",
        )
    async with post() as (made, server):
        run_id = await made.completed("other@example.com", "someone@example.com")
        other, someone = await made.attempt(run_id)

    assert (other["status"], someone["status"]) == (DeliveryStatus.SENT, DeliveryStatus.SUPPRESSED)
    assert "has unsubscribed" in someone["answer"]
    assert [mail.recipients for mail in server.received] == [("other@example.com",)]
    assert (await pipeline.announced(run_id))["report.delivery_failed.v1"] == 1


async def test_an_address_that_does_not_exist_is_not_tried_for_the_next_report(
    post: Post,
) -> None:
    refusals = {
        "gone@example.com": "550 5.1.1 no such user",
        "full@example.com": "552 5.2.2 mailbox full",
        "later@example.com": "450 4.2.1 later",
    }
    async with post(Script(recipients=refusals)) as (made, server):
        rows = await made.attempt(await made.completed(*refusals, "fine@example.com"))
        again = await made.attempt(await made.completed(*refusals))

    assert [row["status"] for row in rows] == ["sent", "failed", "failed", "deferred"]
    assert await made.suppressed() == {"gone@example.com": "bounced"}
    assert [row["status"] for row in again] == ["failed", "suppressed", "deferred"]
    assert [mail.recipients for mail in server.received] == [("fine@example.com",)]
