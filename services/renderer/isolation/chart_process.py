"""The one process that draws charts, as the service sees it."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from services.renderer.isolation.child import Child, Limits
from services.renderer.isolation.kinds import ChildKind


class ChartProcess:
    """Draws one chart at a time; started when it is asked, which takes half a second."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turn = asyncio.Lock()
        self._child: Child | None = None

    async def draw(self, wanted: Any, content: bytes, format_name: str) -> tuple[Any, bytes]:
        """The status, and the picture when that is `drawn`; `chart_child` says what is wanted how.

        `format_name` is what the chart is for. PermanentError: RenderTimeout, RenderOutOfMemory,
        RenderFailed. TransientError: it was killed from outside or could not be started.
        """
        async with self._turn:
            child = await self._ready()
            child.worked += 1
            try:
                answer = await child.ask(json.dumps(wanted).encode(), content)
            except (EOFError, ConnectionError):
                self._child = None
                raise await child.why_ended(format_name) from None
            except BaseException:
                self._child = None
                await child.kill()
                raise
            child.idle_since = time.monotonic()
            if child.worn:
                self._child = None
                await child.end()
            return answer

    async def retire(self, unused_seconds: float) -> None:
        """End it, if nobody has needed it for so long."""
        unused = self._child is not None and self._child.unused_for(unused_seconds)
        if unused and not self._turn.locked():
            await self.close()

    async def close(self) -> None:
        """End it."""
        async with self._turn:
            child, self._child = self._child, None
            if child is not None:
                await child.end()

    async def _ready(self) -> Child:
        if self._child is None or not self._child.alive:
            self._child = await Child.start(ChildKind.CHARTS, self._limits)
        return self._child
