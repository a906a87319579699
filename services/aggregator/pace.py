"""A backlog is aggregated no further ahead than its documents are drawn.

Aggregating is quicker than drawing. What is done early is of no use to anybody: its data are older
when it is drawn, its file lies about, and doing it takes the machine from people who wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from shared.events import ReportRequested
from shared.states import Lane

log = structlog.get_logger(__name__)

Handler = Callable[[ReportRequested], Awaitable[None]]

AHEAD = 100
"""Documents of the backlog lane that may wait to be drawn: seconds of work for a few renderers."""
LOOK_AGAIN_SECONDS = 0.25
AT_MOST_SECONDS = 60.0
"""How long one run waits: where nobody draws, the broker would take its message back some day."""


class Pace:
    """How far ahead one aggregator may go; each looks for itself."""

    def __init__(
        self,
        waiting: Callable[[], Awaitable[int]],
        *,
        ahead: int = AHEAD,
        look_again_seconds: float = LOOK_AGAIN_SECONDS,
        at_most_seconds: float = AT_MOST_SECONDS,
    ) -> None:
        """`waiting`: how many documents of the backlog lane wait to be drawn just now."""
        self._waiting = waiting
        self._ahead = ahead
        self._look_again_seconds = look_again_seconds
        self._at_most_seconds = at_most_seconds
        self._looking = asyncio.Lock()
        self._room = 0
        """Runs that may be begun before anybody need look again."""

    def kept_by(self, handler: Handler) -> Handler:
        """The handler, called once its run may be begun."""

        async def in_step(event: ReportRequested) -> None:
            await self._keep(event.lane)
            await handler(event)

        return in_step

    async def _keep(self, lane: Lane) -> None:
        if lane is not Lane.BACKLOG:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._at_most_seconds), self._looking:
                while self._room <= 0:
                    self._room = self._ahead - await self._seen()
                    if self._room <= 0:
                        await asyncio.sleep(self._look_again_seconds)
                self._room -= 1

    async def _seen(self) -> int:
        try:
            return await self._waiting()
        except Exception as error:
            # A broker that is away takes back the message that asked for the run anyway.
            log.warning("cannot see how much waits to be drawn", reason=repr(error))
            return self._ahead
