"""What every route below /api does before its endpoint: who asks, how often, and how well.

In this order, so that nothing is read of those who may not ask: the token, the rate limit, the
names in the query, then the body.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from structlog.contextvars import bind_contextvars

from services.api.json_bodies import ensure_json, parse
from services.api.problems import MOST_ERRORS, FieldError, fields_problem


class StrictRoute(APIRoute):
    """A route for principals. `request.state.principal` is who asks."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        known = frozenset(_query_names(self.dependant))
        has_body = self.body_field is not None

        async def strict_handler(request: Request) -> Response:
            state = request.app.state
            principal = await state.gatekeeper.admit(request.headers.get("authorization"))
            bind_contextvars(tenant=str(principal.tenant_id))
            await state.rate_limiter.count(principal.client)
            request.state.principal = principal
            _ensure_known(request, known)
            if not has_body:
                return await handle(request)
            ensure_json(request)
            body = await request.body()
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


def _query_names(dependant: Dependant) -> Iterator[str]:
    for parameter in dependant.query_params:
        yield parameter.alias
    for dependency in dependant.dependencies:
        yield from _query_names(dependency)


def _ensure_known(request: Request, known: frozenset[str]) -> None:
    """A filter that is misspelt must not be one that is left out."""
    unknown = [name for name in dict.fromkeys(request.query_params.keys()) if name not in known]
    if unknown:
        there_are = f"use one of {', '.join(sorted(known))}" if known else "there are none here"
        raise fields_problem(
            [
                FieldError(field=name[:100], detail=f"unknown query parameter: {there_are}")
                for name in unknown[:MOST_ERRORS]
            ]
        )
