"""Hands documents out to child processes, one at a time each, and says what became of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from collections.abc import AsyncIterator, Sequence
from typing import Any

from services.renderer.formats import Rendered
from services.renderer.isolation.chart_process import ChartProcess
from services.renderer.isolation.child import SETTLED_SECONDS, Child, Limits
from services.renderer.isolation.errors import RenderFailed, RenderOutOfMemory, RenderStarved
from services.renderer.isolation.kinds import ChildKind
from services.renderer.isolation.lanes import Lanes
from services.renderer.isolation.processes import Processes
from shared.errors import TransientError
from shared.format_options import FormatOptions
from shared.states import Lane

FORMATS_MODULE = "services.renderer.formats"


class RenderPool:
    """At most `size` children at work; `start` starts one, demand the others."""

    def __init__(
        self,
        size: int,
        *,
        cpu_limit_s: float,
        time_limit_s: float | None = None,
        memory_limit_bytes: int,
        recycle_after: int,
        idle_after_s: float = 60.0,
        format_modules: Sequence[str] = (FORMATS_MODULE,),
    ) -> None:
        """`cpu_limit_s`: how long one document may compute, in all threads; rounded up to seconds.

        `time_limit_s`: by the clock, for a child that waits or gets too little of the machine;
        ten times as long where it is not told. `idle_after_s`: every child but a warm one ends
        when it had nothing to do for so long, that for charts too. `format_modules` are imported
        by the children and register what they can render.
        """
        self._limits = Limits(math.ceil(cpu_limit_s), memory_limit_bytes, recycle_after)
        self._time_limit_s = time_limit_s or cpu_limit_s * 10
        self._idle_after_s = idle_after_s
        self._format_modules = tuple(format_modules)
        self._lanes = Lanes(size)
        self._processes = Processes(size, self._start)
        self._charts = ChartProcess(self._limits)
        self._writing = asyncio.Lock()
        self._starting: asyncio.Task[None] | None = None
        self._beside: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to warm one child; does not wait for it."""
        self._starting = asyncio.create_task(self._warm_one())
        self._beside = [self._starting, asyncio.create_task(self._keep_house())]

    async def close(self) -> None:
        """End every idle child; those at work end with their document or with the service."""
        for task in self._beside:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._processes.close()
        await self._charts.close()

    async def render(
        self,
        format_name: str,
        document_json: bytes,
        *,
        options: FormatOptions | None = None,
        lane: Lane = Lane.INTERACTIVE,
        kept_warm: bool = True,
    ) -> Rendered:
        """The file. Waits for a free child; bulk work never takes the last free one.

        `kept_warm` is the format's, which the children know and this side may not.

        PermanentError: RenderTimeout, RenderOutOfMemory, RenderFailed. TransientError:
        RenderStarved, or the child was killed from outside or could not be started.
        """
        kind = ChildKind.WARM if kept_warm else ChildKind.RARE
        async with self._lanes.place(lane):
            wanted = (format_name, options or FormatOptions(), document_json)
            status, content = await self._drawn(kind, *wanted)
            if status["status"] == "more_fonts_needed":
                status, content = await self._drawn(ChildKind.LETTERED, *wanted)
            match status["status"]:
                case "rendered":
                    return Rendered(
                        content, status["rows"], status["media_type"], status["extension"]
                    )
                case "out_of_memory":
                    raise RenderOutOfMemory(format_name, self._limits.memory_bytes)
            raise RenderFailed(status["message"], status["code"])

    async def png(self, svg: str, format_name: str) -> bytes:
        """An SVG without texts as a picture, as large as it says; `format_name`: what it is for.

        PermanentError: RenderTimeout, RenderOutOfMemory, RenderFailed. TransientError as above.
        """
        status, picture = await self._charts.draw({"png": True}, svg.encode(), format_name)
        match status["status"]:
            case "drawn":
                return picture
            case "out_of_memory":
                raise RenderOutOfMemory(format_name, self._limits.memory_bytes)
        raise RenderFailed(status["message"])

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """While the service writes a large file itself: one at a time, in place of a child.

        One keeps both cores busy, and takes about as much memory as a child does.
        """
        async with self._writing, self._processes.room():
            await self._charts.retire(SETTLED_SECONDS)
            yield

    @property
    def pids(self) -> tuple[int, ...]:
        """Of the children without work."""
        return tuple(child.pid for child in self._processes.idle)

    async def _drawn(
        self, kind: ChildKind, format_name: str, options: FormatOptions, document_json: bytes
    ) -> tuple[Any, bytes]:
        child = await self._take(kind)
        try:
            async with asyncio.timeout(self._time_limit_s):
                status, content = await self._conversation(
                    child, format_name, options, document_json
                )
        except BaseException as error:
            await child.kill()
            await self._processes.let_go(kind)
            if isinstance(error, TimeoutError):
                raise RenderStarved(format_name, self._time_limit_s) from None
            raise
        if status["status"] == "out_of_memory":
            await child.end()
            await self._processes.let_go(kind)
        else:
            await self._processes.put_back(child)
        return status, content

    async def _conversation(
        self, child: Child, format_name: str, options: FormatOptions, document_json: bytes
    ) -> tuple[Any, bytes]:
        """What the child makes of the document; between, it is given the charts it asks for."""
        child.worked += 1
        parts: tuple[bytes, ...] = (
            format_name.encode(),
            options.model_dump_json().encode(),
            document_json,
        )
        while True:
            try:
                status, content = await child.ask(*parts)
            except (EOFError, ConnectionError):
                raise await child.why_ended(format_name) from None
            if status["status"] != "chart_needed":
                return status, content
            told, picture = await self._charts.draw(status["wanted"], content, format_name)
            parts = (json.dumps(told).encode(), picture)

    async def _take(self, kind: ChildKind) -> Child:
        starting = self._starting
        if kind is ChildKind.WARM and starting is not None and not starting.done():
            # One is nearly warm: waiting for it beats starting another.
            await asyncio.wait([starting])
        return await self._processes.take(kind)

    async def _start(self, kind: ChildKind) -> Child:
        return await Child.start(kind, self._limits, self._format_modules)

    async def _warm_one(self) -> None:
        # A child that cannot start is reported to the first who asks for a document.
        with contextlib.suppress(TransientError):
            await self._processes.put_back(await self._processes.take(ChildKind.WARM))

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(self._idle_after_s / 4)
            await self._processes.retire(self._idle_after_s)
            await self._charts.retire(self._idle_after_s)
