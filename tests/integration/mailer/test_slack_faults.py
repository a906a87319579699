"""Slack that says "not now", and one that does not answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.http_receiver import Reply
from tests.integration.mailer.conftest import Desk
from tests.slack_server import TOKEN, SlackServer

FILES = {"csv": b"project,delivered\r\nNorth,45\r\n", "pdf": b"%PDF-1.7 45"}
COMPLETE = "files.completeUploadExternal"


def settings(server: SlackServer) -> dict[str, Any]:
    return {"token": TOKEN, "channel_id": "C0123ABCD", "api_url": f"{server.url}/api"}


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", COMPLETE])
async def test_a_rate_limit_is_waited_for_and_people_see_one_post(desk: Desk, method: str) -> None:
    async with SlackServer() as server:
        await desk.destination("slack", **settings(server))
        delivery_id = await desk.delivery("slack", FILES)
        server.trouble = {method: Reply(429, b"", {"Retry-After": "90"})}
        row = await desk.attempt(delivery_id)
        wait = (row["next_attempt_at"] - datetime.now(UTC)).total_seconds()
        server.trouble = {}
        after = await desk.attempt(delivery_id)
    assert row["status"] == "deferred"
    assert 30 < wait <= 91
    assert after["status"] == "sent"
    (post,) = server.posts
    assert post.channel == "C0123ABCD"
    assert sorted(post.files.values()) == sorted(FILES.values())
    assert set(post.files) == {f"delivery_summary 2026-10.{format_}" for format_ in FILES}


async def test_no_answer_to_the_last_call_is_uncertain_and_not_tried_again(desk: Desk) -> None:
    async with SlackServer() as server:
        await desk.destination("slack", **settings(server))
        delivery_id = await desk.delivery("slack", FILES)
        server.trouble = {COMPLETE: Reply(then="reset")}
        row = await desk.attempt(delivery_id)
        heard = len(server.received)
        again = await desk.attempt(delivery_id)
    assert (row["status"], again["status"]) == ("uncertain", "uncertain")
    assert len(server.received) == heard


async def test_no_answer_to_an_upload_is_tried_again_for_nobody_has_seen_it(desk: Desk) -> None:
    async with SlackServer() as server:
        await desk.destination("slack", **settings(server))
        delivery_id = await desk.delivery("slack", FILES)
        server.trouble = {"F0000": Reply(then="reset")}
        row = await desk.attempt(delivery_id)
        server.trouble = {}
        after = await desk.attempt(delivery_id)
    assert (row["status"], after["status"]) == ("deferred", "sent")
    assert len(server.posts) == 1


async def test_a_token_that_was_revoked_is_said(desk: Desk) -> None:
    async with SlackServer() as server:
        await desk.destination("slack", **settings(server) | {"token": "xoxb-another"})
        row = await desk.attempt(await desk.delivery("slack", FILES))
    assert row["status"] == "failed"
    assert "invalid_auth" in row["answer"]
    assert "xoxb" not in row["answer"]
