"""What every service process has: store, broker, relay, health, metrics and an orderly end.

A service's `app.py` builds a `Service`, adds its handlers and asks for its ASGI application;
`serve` runs that until SIGTERM.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, TypeVar

import structlog
import uvicorn
from aio_pika.abc import AbstractChannel
from faststream.rabbit import Channel, RabbitBroker
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from shared import allocator, telemetry
from shared.blobs import BlobStore, blob_store
from shared.consumer import Consumers
from shared.heartbeat import Heartbeat
from shared.instances import Report
from shared.outbox import Relay
from shared.priority import let_niceness_count
from shared.settings import ServiceSettings, SettingsError, from_environment
from shared.store.engine import Store
from shared.topology import declare_topology

log = structlog.get_logger(__name__)

_Settings = TypeVar("_Settings", bound=ServiceSettings)
Check = Callable[[], Awaitable[None]]
"""Raises when what it looks at cannot be used."""


class Service:
    """The plumbing of one service process."""

    def __init__(
        self, name: str, settings: ServiceSettings, *, sweep_outbox_every: float = 5.0
    ) -> None:
        telemetry.configure_logging(name, settings.log_level)
        traced = telemetry.configure_tracing(name, settings.otlp_endpoint)
        self.name = name
        self.settings = settings
        self.owner = f"{name}@{socket.gethostname()}:{os.getpid()}"
        """Who holds a lease, for people who look."""
        self.store = Store.connect(settings, application_name=f"broadsheet-{name}")
        self.blobs: BlobStore = blob_store(settings)
        self.broker = _broker(settings, name, traced=traced)
        self.consumers = Consumers(self.broker, settings)
        self._publishing: AbstractChannel | None = None
        self.relay = Relay(
            self.store,
            self._channel,
            sweep_every=sweep_outbox_every,
            nobody_waits=self.consumers.in_hand.nobody_waits,
        )
        self.needed: dict[str, Check] = {
            "store": self.store.ping,
            "broker": self._ping_broker,
            "blobs": self.blobs.ping,
        }
        """What must be usable for the service to be ready."""
        self.report: Callable[[], Report] = Report
        """What the process tells of itself besides, with each heartbeat."""
        self.heartbeat = Heartbeat(
            self.store,
            name,
            settings.heartbeat_seconds,
            self._failing_beside_the_store,
            lambda: self.report(),
        )
        self._routes = [
            Route("/health/live", _live),
            Route("/health/ready", self._ready),
            Route("/metrics", _metrics),
        ]
        self._connected = False
        self._background: list[Callable[[], contextlib.AbstractAsyncContextManager[Any]]] = []

    def during(self, part: Callable[[], contextlib.AbstractAsyncContextManager[Any]]) -> None:
        """Enter `part` once the store answers and leave it when the service stops."""
        self._background.append(part)

    def add_route(self, path: str, answer: Callable[[Request], Awaitable[Response]]) -> None:
        """Answer GET there as well."""
        self._routes.append(Route(path, answer))

    def app(self) -> Starlette:
        """An ASGI application with health and metrics, for a service without its own."""
        return Starlette(routes=self.routes(), lifespan=self.lifespan)

    def routes(self) -> list[Route]:
        """`/health/live`, `/health/ready`, `/metrics`, and what was added."""
        return self._routes

    @contextlib.asynccontextmanager
    async def lifespan(self, app: object) -> AsyncIterator[None]:
        """Start everything, and stop it in the order in which nothing is lost."""
        await self._wait_for_store()
        async with contextlib.AsyncExitStack() as stack:
            for part in self._background:
                await stack.enter_async_context(part())
            # In the background: while the broker is away, requests are still accepted.
            connecting = asyncio.create_task(self._connect_broker(), name="connect broker")
            await self.relay.start()
            await stack.enter_async_context(self.heartbeat.beating())
            # What is there now stays for good: a look through all of it would hold everything up
            # for a tenth of a second, every few seconds under load.
            gc.collect()
            gc.freeze()
            log.info("service started", port=self.settings.http_port)
            try:
                yield
            finally:
                log.info("service stops")
                connecting.cancel()
                await asyncio.gather(connecting, return_exceptions=True)
                await self.consumers.stop()
                # Before the connection goes: what was handed back is told at once.
                await self.relay.stop()
                if self._connected:
                    await self.broker.stop()
        await self.store.close()

    async def _wait_for_store(self) -> None:
        while True:
            try:
                await self.store.ping()
                return
            except Exception as error:
                log.warning("waiting for the store", reason=repr(error))
                await asyncio.sleep(0.5)

    async def _connect_broker(self) -> None:
        while True:
            try:
                connection = await self.broker.connect()
                await declare_topology(connection)
                # Of its own: it hears of unroutable messages, and a fault of it stops no consumer.
                self._publishing = await connection.channel(
                    publisher_confirms=True, on_return_raises=True
                )
                await self.broker.start()
                break
            except Exception as error:
                log.warning("waiting for the broker", reason=repr(error))
                await asyncio.sleep(0.5)
        self._connected = True
        self.relay.wake()
        self.heartbeat.soon()
        log.info("broker connected")

    async def _channel(self) -> AbstractChannel:
        if self._publishing is None:
            raise ConnectionError("not connected to the broker")
        return self._publishing

    async def _ping_broker(self) -> None:
        if not self._connected or not await self.broker.ping(timeout=2.0):
            raise ConnectionError("not connected to the broker")

    async def _outcomes(self, names: Iterable[str]) -> dict[str, str]:
        """Of the parts of those names: `ok`, or why it cannot be used."""

        async def outcome(check: Check) -> str:
            try:
                async with asyncio.timeout(3):
                    await check()
            except Exception as error:
                return str(error) or repr(error)
            return "ok"

        asked = list(names)
        found = await asyncio.gather(*(outcome(self.needed[name]) for name in asked))
        return dict(zip(asked, found, strict=True))

    async def _failing_beside_the_store(self) -> list[str]:
        # A heartbeat that is written says that the store can be used.
        outcomes = await self._outcomes(name for name in self.needed if name != "store")
        return [name for name, text in outcomes.items() if text != "ok"]

    async def _ready(self, request: Request) -> Response:
        outcomes = await self._outcomes(self.needed)
        ready = all(text == "ok" for text in outcomes.values())
        return JSONResponse(
            {
                "status": "ready" if ready else "not ready",
                "service": self.name,
                "checks": outcomes,
            },
            status_code=200 if ready else 503,
        )


def _broker(settings: ServiceSettings, name: str, *, traced: bool) -> RabbitBroker:
    middlewares: list[Any] = []
    if traced:
        from faststream.rabbit.opentelemetry import RabbitTelemetryMiddleware

        middlewares.append(RabbitTelemetryMiddleware())
    return RabbitBroker(
        _with_heartbeat(settings.amqp_url.get_secret_value(), settings.amqp_heartbeat_seconds),
        # Of what consumers park: it hears of unroutable messages.
        default_channel=Channel(publisher_confirms=True, on_return_raises=True),
        reconnect_interval=1.0,
        graceful_timeout=settings.shutdown_grace_seconds,
        app_id=f"broadsheet-{name}",
        # Messages arrive as they are and are validated by `shared.consumer`.
        apply_types=False,
        logger=None,
        middlewares=middlewares,
    )


def _with_heartbeat(url: str, seconds: int) -> str:
    """The URL asking for that heartbeat, unless it asks for one itself."""
    if "heartbeat=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}heartbeat={seconds}"


async def _live(request: Request) -> Response:
    return JSONResponse({"status": "live"})


async def _metrics(request: Request) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def run(settings_class: type[_Settings], create: Callable[[_Settings], ASGIApp]) -> None:
    """A service's whole life: read its settings, build it, and serve until SIGTERM.

    Settings that are missing or refused end it with what to mend, no traceback, and the exit code
    of a configuration error (`os.EX_CONFIG`, 78): another start would end alike.
    """
    try:
        settings = from_environment(settings_class)
        app = create(settings)
    except SettingsError as error:
        print(error, file=sys.stderr)
        sys.exit(os.EX_CONFIG)
    serve(app, settings)


def serve(app: Any, settings: ServiceSettings) -> None:
    """Run the application until SIGTERM or SIGINT."""
    let_niceness_count()
    allocator.keep_little()
    uvicorn.run(
        app,
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # Streams of events would otherwise hold the end up.
        timeout_graceful_shutdown=1,
        backlog=2048,
        # Longer than clients keep a connection, or one is closed just as it is used again.
        timeout_keep_alive=75,
    )
