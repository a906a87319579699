"""Waking those who wait for a run: a hint from the store, never the truth itself.

One connection listens for the run ids that are named with each news (`shared.outbox`). Whoever is
woken reads the run again; whoever misses a hint looks by itself a second later.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from functools import partial
from uuid import UUID

import asyncpg
import structlog

from shared.outbox import RUN_CHANGED

log = structlog.get_logger(__name__)

LOOK_AGAIN_SECONDS = 1.0
_ANY = "any run"


class RunNews:
    """Hints about runs, shared by every request of this process."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen while the block runs, through any number of lost connections."""
        task = asyncio.create_task(self._listen(), name="listen for runs")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @contextlib.contextmanager
    def about_any(self) -> Iterator[asyncio.Event]:
        """An event that is set whenever there may be news about some run of some tenant."""
        with self._set_on(_ANY) as event:
            yield event

    @contextlib.contextmanager
    def about(self, run_id: UUID) -> Iterator[asyncio.Event]:
        """An event that is set whenever there may be news about the run."""
        with self._set_on(str(run_id)) as event:
            yield event

    @contextlib.contextmanager
    def _set_on(self, key: str) -> Iterator[asyncio.Event]:
        event = asyncio.Event()
        self._waiting[key].add(event)
        try:
            yield event
        finally:
            self._waiting[key].discard(event)
            if not self._waiting[key]:
                del self._waiting[key]

    @property
    def waiting(self) -> int:
        """How many requests wait for news at this moment."""
        return sum(len(events) for events in self._waiting.values())

    async def _listen(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(self._database_url, timeout=5)
                try:
                    closed = asyncio.Event()
                    connection.add_termination_listener(partial(_set, closed))
                    await connection.add_listener(RUN_CHANGED, self._on_hint)
                    await closed.wait()
                finally:
                    await connection.close(timeout=1)
            except Exception as error:
                log.warning("listening for runs failed", reason=repr(error))
            await asyncio.sleep(1.0)

    def _on_hint(self, connection: object, pid: int, channel: str, payload: object) -> None:
        for run_id in (*str(payload).split(","), _ANY):
            for event in self._waiting.get(run_id, ()):
                event.set()


def _set(event: asyncio.Event, connection: object) -> None:
    event.set()


async def next_news(event: asyncio.Event, seconds: float) -> None:
    """Wait for a hint, or for `seconds`, and never longer than it takes to look again."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, min(seconds, LOOK_AGAIN_SECONDS))):
            await event.wait()
    event.clear()
