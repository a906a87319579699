"""Scheduled work gives way, between its steps, to work of the same process that somebody waits for.

The lanes' queues see to it that somebody's report is taken up at once. In hand beside it are
scheduled ones, on the same event loop: each of their steps would come before its next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from shared.states import Lane

AT_MOST_SECONDS = 0.25
"""How long one step waits: scheduled work goes on, if slowly, where somebody always waits."""
QUICK_SECONDS = 1.0
"""How long others give way to one piece of work. What takes longer waits for somebody else itself,
a source or a server of mails, and may do so for minutes."""


class InHand:
    """What one process has in hand of the interactive lane."""

    def __init__(self) -> None:
        self._waited_for: set[object] = set()
        self._nobody_waits = asyncio.Event()
        self._nobody_waits.set()

    @contextmanager
    def work(self, lane: Lane) -> Iterator[None]:
        """Work of that lane, done inside the block."""
        if lane is not Lane.INTERACTIVE:
            token = _GIVES_WAY_TO.set(self)
            try:
                yield
            finally:
                _GIVES_WAY_TO.reset(token)
            return
        piece = object()
        self._waited_for.add(piece)
        self._nobody_waits.clear()
        no_longer = asyncio.get_running_loop().call_later(QUICK_SECONDS, self._go_on, piece)
        try:
            yield
        finally:
            no_longer.cancel()
            self._go_on(piece)

    def _go_on(self, piece: object) -> None:
        self._waited_for.discard(piece)
        if not self._waited_for:
            self._nobody_waits.set()

    async def nobody_waits(self) -> None:
        """Return once nothing of the interactive lane is in hand, or it takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(AT_MOST_SECONDS):
                await self._nobody_waits.wait()


_GIVES_WAY_TO: ContextVar[InHand | None] = ContextVar("gives way to", default=None)


async def give_way() -> None:
    """Begin no further step of scheduled work while somebody waits for this process.

    To be called where the work holds nothing that others wait for: no connection, no lock. Work
    of the interactive lane, and what belongs to no message, goes on at once.
    """
    first = _GIVES_WAY_TO.get()
    if first is not None:
        await first.nobody_waits()
