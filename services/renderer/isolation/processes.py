"""How many child processes there are: one limit for all kinds, at work and idle together."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

from services.renderer.isolation.child import SETTLED_SECONDS, Child
from services.renderer.isolation.kinds import ChildKind

FEWEST = 2
"""However few may work at once: a rare format does not end the warm child of all others."""
Start = Callable[[ChildKind], Awaitable[Child]]


class Processes:
    """At most `most` children; who wants a further one waits, or takes the place of an idle one."""

    def __init__(self, most: int, start: Start) -> None:
        self._most = max(most, FEWEST)
        self._start = start
        self.idle: list[Child] = []
        """Those without work, the latest used last."""
        self._held: Counter[ChildKind | None] = Counter()
        """Places of children that start or work, and of what takes as much without being one."""
        self._changed = asyncio.Condition()

    async def take(self, kind: ChildKind) -> Child:
        """One for this caller until it is put back or let go; TransientError if none starts."""
        child = await self._place(kind)
        if child is not None and child.kind is kind and child.alive:
            return child
        try:
            if child is not None:
                await child.end()
            return await self._start(kind)
        except BaseException:
            await self.let_go(kind)
            raise

    async def put_back(self, child: Child) -> None:
        """It has nothing to do now; a worn one ends."""
        if child.worn:
            await self.let_go(child.kind)
            await child.end()
            return
        async with self._changed:
            child.idle_since = time.monotonic()
            self._held[child.kind] -= 1
            self.idle.append(child)
            self._changed.notify_all()

    async def let_go(self, kind: ChildKind | None) -> None:
        """The place of one that has ended is free."""
        async with self._changed:
            self._held[kind] -= 1
            self._changed.notify_all()

    @contextlib.asynccontextmanager
    async def room(self) -> AsyncIterator[None]:
        """The place of a child, for what takes about as much memory without being one."""
        displaced = await self._place(None)
        try:
            if displaced is not None:
                await displaced.end()
            yield
        finally:
            await self.let_go(None)

    async def retire(self, idle_for: float) -> None:
        """End those that had nothing to do for so many seconds, but the warm one used last."""
        warm = [child for child in self.idle if child.kind is ChildKind.WARM]
        for child in [child for child in self.idle if child not in warm[-1:]]:
            if child.unused_for(idle_for) and child in self.idle:
                self.idle.remove(child)
                await child.end()

    async def close(self) -> None:
        """End every idle child."""
        while self.idle:
            await self.idle.pop().end()

    async def _place(self, kind: ChildKind | None) -> Child | None:
        """Hold a place: that of an idle child, which is given, or a free one."""
        async with self._changed:
            while True:
                child = self._own(kind) or self._displaced(kind)
                full = len(self.idle) + self._held.total() >= self._most
                if child is not None and (full or child.kind is kind):
                    self.idle.remove(child)
                elif full:
                    await self._changed.wait()
                    continue
                else:
                    child = None
                self._held[kind] += 1
                return child

    def _own(self, kind: ChildKind | None) -> Child | None:
        return next((child for child in reversed(self.idle) if child.kind is kind), None)

    def _displaced(self, kind: ChildKind | None) -> Child | None:
        """The idle child, unused for longest, that may be ended for one of this kind."""
        others = [child for child in self.idle if child.kind is not kind]
        if self._held[kind]:
            others = [child for child in others if child.unused_for(SETTLED_SECONDS)]
        return others[0] if others else None
