"""A process's sign of life: a row of its own in the store, written anew every few seconds.

Whoever reads it learns when the process was last heard of, by the store's clock, and what it said
of itself then. A process that was killed, or hangs, is one that is heard of no more.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog
from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from uuid6 import uuid7

from shared.instances import Report
from shared.store import tables
from shared.store.engine import Store

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(hours=1)
"""How long a process that is heard of no more is kept beside its successors."""
_LAST_WORDS_SECONDS = 2.0

_instances = tables.service_instances


class Heartbeat:
    """Of one process."""

    def __init__(
        self,
        store: Store,
        service: str,
        every_seconds: float,
        failing: Callable[[], Awaitable[Sequence[str]]],
        report: Callable[[], Report],
    ) -> None:
        """`failing`: what the process needs and cannot use; `report`: what it tells besides."""
        self._store = store
        self._every = every_seconds
        self._failing = failing
        self._report = report
        self._wanted = asyncio.Event()
        self._began = time.monotonic()
        self._about = {
            "id": uuid7(),
            "service": service,
            "host": socket.gethostname()[:255],
            "pid": os.getpid(),
            "every_seconds": every_seconds,
        }

    def soon(self) -> None:
        """Something has changed that others should hear of now."""
        self._wanted.set()

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        """Inside the block it is written at once and then at every interval; then, that the
        process has ended in order."""
        beats = asyncio.create_task(self._go_on(), name="heartbeat")
        try:
            yield
        finally:
            beats.cancel()
            await asyncio.gather(beats, return_exceptions=True)
            # Where the store is away it is as if the process had been killed: not heard of.
            with suppress(Exception):
                async with asyncio.timeout(_LAST_WORDS_SECONDS):
                    await self._write(stopped_at=func.now())

    async def _go_on(self) -> None:
        forgotten = False
        while True:
            try:
                failing = list(await self._failing())
                await self._write(
                    failing=failing, report=self._report().model_dump(mode="json"), stopped_at=None
                )
                if not forgotten:
                    await self._forget_predecessors()
                    forgotten = True
            except Exception as error:
                log.warning("heartbeat not written", reason=repr(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._wanted.wait()
            self._wanted.clear()

    async def _write(self, **values: object) -> None:
        heard = {"heard_at": func.now(), **values}
        async with self._store.no_tenant() as connection:
            lived = timedelta(seconds=time.monotonic() - self._began)
            await connection.execute(
                insert(_instances)
                .values(**self._about, started_at=func.now() - lived, **heard)
                .on_conflict_do_update(index_elements=["id"], set_=heard)
            )

    async def _forget_predecessors(self) -> None:
        async with self._store.no_tenant() as connection:
            await connection.execute(
                delete(_instances).where(
                    _instances.c.service == self._about["service"],
                    _instances.c.heard_at < func.now() - KEPT_FOR,
                )
            )
