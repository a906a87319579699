"""Bodies over the limit are refused before they are read, or as soon as they turn out to be.

Of some resources the beginning of a body says everything: there the rest is dropped instead.
"""

from __future__ import annotations

from collections.abc import Collection

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.problems import FieldError, Problem, problem_response

MOST_DROPPED = 64 << 20
"""Bytes of a body that is cut; mail servers take no larger mails."""


class BodyLimit:
    """ASGI middleware: by Content-Length where there is one, else by counting."""

    def __init__(self, app: ASGIApp, max_bytes: int, *, cut_at: Collection[str] = ()) -> None:
        """Of bodies to the paths `cut_at` the application gets the first `max_bytes`."""
        self._app = app
        self._max_bytes = max_bytes
        self._cut_at = frozenset(cut_at)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        cut = scope["path"] in self._cut_at
        most = MOST_DROPPED if cut else self._max_bytes
        announced = Headers(scope=scope).get("content-length", "")
        # The server has checked that it is a number and that as many bytes come.
        if announced.isdecimal() and (len(announced) > 15 or int(announced) > most):
            response = problem_response(Request(scope), self._too_large(most))
            await response(scope, receive, send)
            return
        received, answering = 0, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            room = max(0, self._max_bytes - received)
            received += len(message.get("body", b""))
            if received <= self._max_bytes or message["type"] != "http.request":
                return message
            if cut and received <= most:
                return {**message, "body": message.get("body", b"")[:room]}
            if answering:
                # Too late for another answer: the rest of the body is not listened to.
                return {"type": "http.disconnect"}
            raise self._too_large(most)

        async def noted(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        await self._app(scope, counted, noted)

    @staticmethod
    def _too_large(most: int) -> Problem:
        detail = f"the body has more than {most} bytes: send a smaller one"
        return Problem(
            413,
            detail,
            errors=[FieldError(field="", detail=detail)],
            # What is left of the body is not read.
            headers={"Connection": "close"},
        )
