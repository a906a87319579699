"""Mail servers that refuse, fall silent or are not set up, and a full disk: who got what, and once.

The mailer that is killed: `tests/faults/test_killed_mailers.py`.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.states import DeliveryStatus
from tests.full_disk import little_room
from tests.mailing import Post
from tests.smtp_server import Received, Script, self_signed

SENT, FAILED = DeliveryStatus.SENT, DeliveryStatus.FAILED
DEFERRED, UNCERTAIN = DeliveryStatus.DEFERRED, DeliveryStatus.UNCERTAIN


def mails(received: list[Received]) -> Counter[str]:
    """How many came for each."""
    return Counter(to for mail in received for to in mail.recipients)


async def test_of_many_recipients_each_gets_what_their_own_server_says_and_nobody_two(
    post: Post,
) -> None:
    fine = [f"person{number}@example.com" for number in range(20)]
    ends = {
        "busy@example.com": DEFERRED,
        "grey@example.com": DEFERRED,
        "refused@example.com": FAILED,
        "cut-off@example.com": UNCERTAIN,
        **dict.fromkeys(fine, SENT),
    }
    script = Script(
        recipients={
            "busy@example.com": "421 4.3.2 closing for maintenance",
            "grey@example.com": "450 4.2.0 come back in a minute",
            "refused@example.com": "550 5.7.1 not from you",
        },
        unanswered=frozenset({"cut-off@example.com"}),
    )
    async with post(script) as (made, server):
        run_id = await made.completed(*ends)
        rows = await made.attempt(run_id)
        assert {row["recipient"]: row["status"] for row in rows} == ends
        assert mails(server.received) == Counter([*fine, "cut-off@example.com"])

        server.script = Script()
        rows = await made.attempt(run_id)

    ends |= {"busy@example.com": SENT, "grey@example.com": SENT}
    assert {row["recipient"]: row["status"] for row in rows} == ends
    assert mails(server.received) == Counter(
        to for to, status in ends.items() if status in (SENT, UNCERTAIN)
    )
    tries = Counter(row["delivery_id"] for row in await made.pipeline.attempts(run_id))
    assert {row["recipient"]: tries[row["id"]] for row in rows} == {
        to: 2 if to in ("busy@example.com", "grey@example.com") else 1 for to in ends
    }


@pytest.mark.parametrize("when_uncertain", ["hold", "resend"])
async def test_silence_after_the_final_dot_is_told_and_only_then_may_there_be_two(
    when_uncertain: str, post: Post
) -> None:
    addresses = [f"person{number}@example.com" for number in range(5)]
    # The server has all five and says so of the first two.
    async with post(Script(hang="dot", after=3), smtp_final_timeout_seconds=0.5) as (made, server):
        run_id = await made.completed(*addresses, options={"when_uncertain": when_uncertain})
        rows = await made.attempt(run_id)
        assert mails(server.received) == Counter(addresses)
        sent = {row["recipient"] for row in rows if row["status"] == SENT}
        assert len(sent) == 2
        waits = UNCERTAIN if when_uncertain == "hold" else DEFERRED
        assert {row["status"] for row in rows if row["recipient"] not in sent} == {waits}

        server.script = Script()
        rows = await made.attempt(run_id)
    told = Counter(
        (row["delivery_id"], row["outcome"]) for row in await made.pipeline.attempts(run_id)
    )
    received = mails(server.received)
    for row in rows:
        uncertain = told[row["id"], UNCERTAIN]
        assert uncertain == (row["recipient"] not in sent)
        assert told[row["id"], SENT] + uncertain == received[row["recipient"]]
    if when_uncertain == "hold":
        assert received == Counter(addresses), "nobody gets a second one unasked"
    else:
        assert {row["status"] for row in rows} == {SENT}
        assert received == Counter(addresses) + Counter(set(addresses) - sent)


@pytest.mark.parametrize("fault", ["STARTTLS refused", "no STARTTLS", "login refused", "no name"])
async def test_while_our_own_set_up_is_wrong_nothing_is_lost_and_nobody_is_given_up(
    fault: str, post: Post, admin: AsyncEngine, tmp_path: Path
) -> None:
    certificate = self_signed(tmp_path)
    encrypted: dict[str, Any] = {
        "smtp_tls": "starttls",
        "smtp_tls_ca_file": certificate[0],
        "smtp_host": "localhost",
    }
    script, smtp, answer = {
        "STARTTLS refused": (
            Script(certificate=certificate, answers={"STARTTLS": "454 4.7.0 not now"}),
            encrypted,
            "our set-up was refused at STARTTLS: 454",
        ),
        "no STARTTLS": (Script(), encrypted, "STARTTLS"),
        "login refused": (
            Script(login=("reports", "right")),
            {"smtp_username": "reports", "smtp_password": SecretStr("not-a-password-wrong")},
            "our set-up was refused at AUTH: 535",
        ),
        "no name": (Script(), {"smtp_host": "no-such-host.invalid"}, "failed at connecting"),
    }[fault]
    addresses = [f"person{number}@example.com" for number in range(8)]
    async with post(script, **smtp) as (made, server):
        run_id = await made.completed(*addresses)
        rows = await made.attempt(run_id)
        assert server.received == []
    assert {row["status"] for row in rows} == {DEFERRED}
    attempts = await made.pipeline.attempts(run_id)
    assert [answer in attempt["answer"] for attempt in attempts] == [True] * 8
    assert not any("not-a-password" in attempt["answer"] for attempt in attempts)
    assert await made.suppressed() == {}
    async with admin.connect() as connection:
        now = await connection.scalar(select(func.clock_timestamp()))
    for row in rows:
        assert timedelta(0) < row["next_attempt_at"] - now <= timedelta(minutes=1)

    async with post() as (mended, server):
        rows = await mended.attempt(run_id)
    assert {row["status"] for row in rows} == {SENT}
    assert mails(server.received) == Counter(addresses)


async def test_a_full_disk_defers_every_mail_and_none_goes_out_half(post: Post) -> None:
    addresses = [f"person{number}@example.com" for number in range(3)]
    async with post() as (made, server):
        run_id = await made.completed(*addresses, files={"pdf": b"%" * 1_200_000})
        with little_room(1_000_000):
            rows = await made.attempt(run_id)
        assert {row["status"] for row in rows} == {DEFERRED}
        assert server.received == []
        answers = {attempt["answer"] for attempt in await made.pipeline.attempts(run_id)}
        assert len(answers) == 1
        assert "File too large" in answers.pop(), "the system's own words"

        rows = await made.attempt(run_id)
    assert {row["status"] for row in rows} == {SENT}
    assert mails(server.received) == Counter(addresses)
