"""Bodies of which the beginning says everything: the rest is dropped."""

from __future__ import annotations

import pytest
from starlette.types import Message, Receive, Scope, Send

from services.api.body_limit import BodyLimit

pytestmark = pytest.mark.asyncio

PATH = "/mail"


async def test_who_leaves_amid_what_is_dropped_has_left() -> None:
    coming: list[Message] = [
        {"type": "http.request", "body": b"12345", "more_body": True},
        {"type": "http.request", "body": b"678", "more_body": True},
        {"type": "http.disconnect"},
    ]
    read: list[Message] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        read.extend([await receive() for _ in range(3)])

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        raise AssertionError(f"answered {message}")

    limited = BodyLimit(application, 4, cut_at=(PATH,))
    await limited({"type": "http", "path": PATH, "headers": []}, receive, send)

    assert [message.get("body") for message in read] == [b"1234", b"", None]
    assert read[-1] == {"type": "http.disconnect"}
