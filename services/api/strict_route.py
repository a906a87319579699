"""What every route below /api does before its endpoint: who asks, how often, and how well.

In this order, so that nothing is read of those who may not ask: the token, the rate limit, the
names in the query, then the body.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from structlog.contextvars import bind_contextvars

from services.api.json_bodies import ensure_json, parse
from services.api.problems import FieldError, Problem, fields_problem
from shared.validation_words import shortened

_SINGLE = ("Content-Type", "Content-Encoding", "Idempotency-Key", "If-Match", "Range", "If-Range")
"""Headers of which a second one would be ignored in silence, here or on the way."""


class StrictRoute(APIRoute):
    """A route for principals. `request.state.principal` is who asks."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        known = frozenset(_query_names(self.dependant))
        body_field = self.body_field
        may_be_empty = body_field is not None and not body_field.field_info.is_required()

        async def strict_handler(request: Request) -> Response:
            state = request.app.state
            _ensure_single(request, "Authorization")
            principal = await state.gatekeeper.admit(request)
            bind_contextvars(tenant=str(principal.tenant_id))
            state.rate_limiter.count(principal.client)
            request.state.principal = principal
            _ensure_single(request, *_SINGLE)
            _ensure_known(request, known)
            if body_field is None or (may_be_empty and _has_no_body(request)):
                return await handle(request)
            ensure_json(request)
            body = await read_body(request, state.settings.body_seconds)
            # Here and not within FastAPI's own reading, which turns every error into a 400.
            return await handle(_ParsedRequest(request, body, parse(body) if body else None))

        return strict_handler


class _ParsedRequest(Request):
    """A request whose body has been read."""

    def __init__(self, request: Request, content: bytes, value: Any) -> None:
        super().__init__(request.scope, request.receive)
        self._content = content
        self._value = value

    async def body(self) -> bytes:
        return self._content

    async def json(self) -> Any:
        return self._value


async def read_body(request: Request, seconds: float) -> bytes:
    """The body; Problem 408 once it takes longer to arrive."""
    try:
        async with asyncio.timeout(seconds):
            return await request.body()
    except TimeoutError:
        detail = f"the body did not arrive whole within {seconds:g} s: send it again"
        raise Problem(
            408,
            detail,
            errors=[FieldError(field="", detail=detail)],
            # What may still come of the body is not read.
            headers={"Connection": "close"},
        ) from None


def _has_no_body(request: Request) -> bool:
    """RFC 9112, section 6.3."""
    length = request.headers.get("content-length", "0")
    return length == "0" and "transfer-encoding" not in request.headers


def _ensure_single(request: Request, *names: str) -> None:
    """Which of two holds is not for us to guess, nor for what stands between us to choose."""
    errors = [
        FieldError(field=name, detail="this header stands twice: send it once")
        for name in names
        if len(request.headers.getlist(name)) > 1
    ]
    if errors:
        raise Problem(400, f"{errors[0]['field']}: {errors[0]['detail']}", errors=errors)


def _query_names(dependant: Dependant) -> Iterator[str]:
    for parameter in dependant.query_params:
        yield parameter.alias
    for dependency in dependant.dependencies:
        yield from _query_names(dependency)


def _ensure_known(request: Request, known: frozenset[str]) -> None:
    """A filter that is misspelt, or one of two, must not be one that is left out."""
    there_are = f"use one of {', '.join(sorted(known))}" if known else "there are none here"
    errors = []
    for name, times in Counter(name for name, _ in request.query_params.multi_items()).items():
        if name not in known:
            detail = f"unknown query parameter: {there_are}"
        elif times > 1:
            detail = f"this stands {times} times: give it once"
        else:
            continue
        errors.append(FieldError(field=shortened(name), detail=detail))
    if errors:
        raise fields_problem(errors)
