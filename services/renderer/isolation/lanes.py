"""Who is served next: people before scheduled work, which never takes the last free place; and of
the latter tenants with little under way before those with much."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator

from shared.states import Lane


class Lanes:
    """`size` places; interactive work waits only for places, other work also leaves one free."""

    def __init__(self, size: int) -> None:
        self._free = size
        left = 1 if size > 1 else 0
        self._left_free = {Lane.INTERACTIVE: 0, Lane.BULK: left, Lane.BACKLOG: left}
        self._waiting: dict[Lane, deque[asyncio.Future[None]]] = {lane: deque() for lane in Lane}

    @contextlib.asynccontextmanager
    async def place(self, lane: Lane) -> AsyncIterator[None]:
        """Holds one place."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[lane].append(turn)
        self._admit()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            raise
        try:
            yield
        finally:
            self._leave()

    def _leave(self) -> None:
        self._free += 1
        self._admit()

    def _admit(self) -> None:
        for lane, waiting in self._waiting.items():
            while waiting and self._free > self._left_free[lane]:
                turn = waiting.popleft()
                if not turn.cancelled():
                    self._free -= 1
                    turn.set_result(None)
