"""A trace id and a log line for every request."""

from __future__ import annotations

import time

import structlog
from opentelemetry import context, trace
from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars, clear_contextvars

from shared import telemetry

log = structlog.get_logger(__name__)

REQUEST_SECONDS = Histogram(
    "broadsheet_http_request_seconds",
    "Time to the end of the answer",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30),
)
_QUIET = ("/health/", "/metrics")
_SIGNED = ("/s/", "/embed/", "/confirm/", "/unsubscribe/")
"""Below these a path holds what is a secret of whoever was sent it."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Observation:
    """ASGI middleware. Without tracing it makes a trace id, which travels with the events."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_QUIET):
            await self._app(scope, receive, send)
            return
        status = 500
        started = time.perf_counter()

        async def observed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        token = None
        if telemetry.trace_id() is None:
            token = context.attach(_trace_context(scope))
        clear_contextvars()
        try:
            with bound_contextvars(service="api"):
                try:
                    await self._app(scope, receive, observed_send)
                finally:
                    seconds = time.perf_counter() - started
                    route = getattr(scope.get("route"), "path", "none")
                    # Clients must not be able to make up labels.
                    method = scope["method"] if scope["method"] in _METHODS else "other"
                    REQUEST_SECONDS.labels(method, route, status).observe(seconds)
                    log.info(
                        "request",
                        method=scope["method"],
                        path=loggable(scope["path"]),
                        status=status,
                        duration_ms=round(seconds * 1000, 1),
                    )
        finally:
            if token is not None:
                context.detach(token)


def loggable(path: str) -> str:
    """The path without what would let whoever reads it in a log in."""
    for beginning in _SIGNED:
        if path.startswith(beginning):
            return f"{beginning}…"
    return path


def _trace_context(scope: Scope) -> context.Context:
    """The caller's trace context, or a new one."""
    headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
    given = telemetry.trace_context_of(headers)
    if trace.get_current_span(given).get_span_context().is_valid:
        return given
    return telemetry.new_trace()
