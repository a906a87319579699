"""Bodies over the limit are refused before they are read, or as soon as they turn out to be."""

from __future__ import annotations

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.problems import FieldError, Problem, problem_response


class BodyLimit:
    """ASGI middleware: by Content-Length where there is one, else by counting."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        # The server has checked that it is a number and that as many bytes come.
        if announced.isdecimal() and (len(announced) > 15 or int(announced) > self._max_bytes):
            response = problem_response(Request(scope), self._too_large())
            await response(scope, receive, send)
            return
        received, answering = 0, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received <= self._max_bytes:
                return message
            if answering:
                # Too late for another answer: the rest of the body is not listened to.
                return {"type": "http.disconnect"}
            raise self._too_large()

        async def noted(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        await self._app(scope, counted, noted)

    def _too_large(self) -> Problem:
        detail = f"the body has more than {self._max_bytes} bytes: send a smaller one"
        return Problem(
            413,
            detail,
            errors=[FieldError(field="", detail=detail)],
            # What is left of the body is not read.
            headers={"Connection": "close"},
        )
