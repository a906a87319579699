"""Whose turn it is, where many receivers share what one process can do at once.

Each receiver has a share, once something has gone through to it; until then it has one turn,
because nobody knows yet whether it is slow. All slow receivers together have half of all: what
they have beyond that is taken back, as long as it cannot have arrived. Waiting takes up what a
mailer has in hand, and what goes to others is not even begun: hence nobody waits for a slow
receiver, and for any other one not for long.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

PATIENCE_S = 10.0
"""What is on its way for longer shows that its receiver is slow; nor does anything wait longer for
its turn."""
REMEMBERED = 1000
"""Receivers that are known to be quick though nothing is on its way to them."""


class NoTurn(Exception):
    """It is better tried again later: why, and after how many seconds, if that is known.

    `begun`: it was on its way and is taken back.
    """

    def __init__(self, why: str, after_s: float | None = None, *, begun: bool = False) -> None:
        super().__init__(f"{'taken back' if begun else 'not begun'}: {why}")
        self.after_s = after_s
        self.begun = begun


class Turn:
    """Something on its way; it may be taken back until it counts."""

    def __init__(self, limit: asyncio.Timeout) -> None:
        self._limit = limit
        self._may_be_taken_back = True

    def counts(self) -> None:
        """The other side may have it from now on: it is no longer taken back."""
        self._may_be_taken_back = False
        self._limit.reschedule(None)

    def take_back(self) -> bool:
        """End it soon, if it does not count yet; whether it is ended."""
        if self._may_be_taken_back:
            self._limit.reschedule(asyncio.get_running_loop().time())
        return self._may_be_taken_back


@dataclass
class _Receiver:
    free: asyncio.Semaphore
    withheld: int
    """Turns of its share that it does not have yet."""
    present: int = 0
    """How many wait or have a turn."""
    turns: int = 0
    """How many have one, without those that are being taken back."""
    begun: dict[object, float] = field(default_factory=dict)
    """When each of those on their way began, by the monotonic clock."""
    last_took_s: float = 0.0

    def is_slow(self, patience_s: float) -> bool:
        """Whether it takes longer: the last time it did, or one on its way does."""
        now = time.monotonic()
        longest = max((self.last_took_s, *(now - begun for begun in self.begun.values())))
        return longest > patience_s

    def give_share(self) -> None:
        """All of it, now that it is known what it is like."""
        for _ in range(self.withheld):
            self.free.release()
        self.withheld = 0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Something is on its way for the block."""
        mark, began = object(), time.monotonic()
        self.begun[mark] = began
        try:
            yield
        finally:
            del self.begun[mark]
            self.last_took_s = time.monotonic() - began
            self.give_share()


async def _at_once() -> None:
    """Nothing else has to be waited for."""


class Turns:
    """`at_once` in all, `of_each` for one receiver."""

    def __init__(self, at_once: int, of_each: int, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._all = asyncio.Semaphore(at_once)
        self._of_each = max(1, min(of_each, at_once))
        self._of_slow = max(1, at_once // 2)
        self._receivers: dict[Hashable, _Receiver] = {}
        self._quick: OrderedDict[Hashable, None] = OrderedDict()

    @asynccontextmanager
    async def taken(
        self, key: Hashable, called: str, then: Callable[[], Awaitable[None]] = _at_once
    ) -> AsyncIterator[Turn]:
        """Have a turn for the block, once it is time and `then` has passed; NoTurn where it is not.

        So it is, too, where the block is cancelled because slow receivers have too much; not once
        its turn counts. `key` is the receiver, `called` its name for people.
        """
        with self._present(key) as of:
            await self._begin(of, called)
            of.turns += 1
            try:
                await then()
                await self._within_patience(self._all, "too much is on its way")
                try:
                    with of.timed():
                        async with self._taken_back_where_too_slow(of, called) as turn:
                            yield turn
                finally:
                    self._all.release()
            finally:
                of.turns -= 1
                of.free.release()

    @asynccontextmanager
    async def _taken_back_where_too_slow(self, of: _Receiver, called: str) -> AsyncIterator[Turn]:
        back = False

        def look() -> None:
            nonlocal back
            back = self._slow_turns() > self._of_slow and turn.take_back()
            of.turns -= back  # at once: others are looked at in the same moment

        try:
            async with asyncio.timeout(None) as limit:
                turn = Turn(limit)
                # A little later than when it is slow, for clocks that differ.
                looking = asyncio.get_running_loop().call_later(1.1 * self._patience_s, look)
                try:
                    yield turn
                finally:
                    looking.cancel()
        except TimeoutError:
            if not limit.expired():
                raise
            raise NoTurn(f"{called} is slow, and so are others", begun=True) from None
        finally:
            of.turns += back

    @contextmanager
    def _present(self, key: Hashable) -> Iterator[_Receiver]:
        if key not in self._receivers:
            share = self._of_each if key in self._quick else 1
            self._receivers[key] = _Receiver(asyncio.Semaphore(share), self._of_each - share)
        of = self._receivers[key]
        of.present += 1
        try:
            yield of
        finally:
            of.present -= 1
            if not of.present:
                del self._receivers[key]
                self._remember(key, of)

    def _remember(self, key: Hashable, of: _Receiver) -> None:
        self._quick.pop(key, None)
        # One that was slow has to show anew what it is like: it may be well again.
        if not of.withheld and not of.is_slow(self._patience_s):
            self._quick[key] = None
        if len(self._quick) > REMEMBERED:
            self._quick.popitem(last=False)

    async def _begin(self, of: _Receiver, called: str) -> None:
        """Have one of the receiver's turns, soon or not at all."""
        if slow := of.is_slow(self._patience_s):
            of.give_share()
        if slow and of.free.locked():
            raise NoTurn(f"{called} is slow, and enough is on its way there")
        await self._within_patience(of.free, f"too much is on its way to {called}")
        # Asked last: it may have shown itself meanwhile.
        if of.is_slow(self._patience_s) and self._slow_turns() >= self._of_slow:
            of.free.release()
            raise NoTurn(f"{called} is slow, and so are others")

    async def _within_patience(self, free: asyncio.Semaphore, else_: str) -> None:
        try:
            async with asyncio.timeout(self._patience_s):
                await free.acquire()
        except TimeoutError:
            raise NoTurn(else_) from None

    def _slow_turns(self) -> int:
        return sum(of.turns for of in self._receivers.values() if of.is_slow(self._patience_s))
