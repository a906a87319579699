"""Drawing in child processes that can open nothing, take only so much and end when told.

A child is `python -m services.renderer.isolation_child`, kept warm between documents. This
module is the service's side: it starts children when they are needed, hands out documents one
at a time, ends what takes too long and says why a child ended.

Of the kinds of children (`ChildKind`) one warm one always waits; every other ends when it had
nothing to do for a while.

Messages on the child's stdin and stdout are frames: four octets of length (big endian), then
that many octets. A request is the format's name, its options as JSON and the document's JSON; an
answer is a status as JSON and the file. The first answer, with the status `ready`, means that the
child is warm and has given up its rights.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import signal
import struct
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.renderer.child_kinds import ChildKind
from services.renderer.formats import Rendered
from services.renderer.render_errors import (
    RenderFailed,
    RenderOutOfMemory,
    RenderStarved,
    RenderTimeout,
)
from shared.errors import TransientError
from shared.format_options import FormatOptions
from shared.states import Lane

FORMATS_MODULE = "services.renderer.formats"
START_SECONDS = 60.0
"""Until a child must be warm."""
GROWTH_SHARE = 0.5
"""Of the memory limit: a child that has kept more is replaced after its document."""
OUTSIDE_SIGNALS = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
"""A child never ends itself with these: the kernel or a person did, and another may live."""
STDERR_KEPT = 4096
"""Octets of a child's last words."""
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Limits:
    """What one child may take."""

    cpu_seconds: int
    """For one document."""
    memory_bytes: int


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
        when it had nothing to do for so long. `format_modules` are imported by the children and
        register what they can render.
        """
        self._size = size
        self._limits = Limits(math.ceil(cpu_limit_s), memory_limit_bytes)
        self._time_limit_s = time_limit_s or cpu_limit_s * 10
        self._recycle_after = recycle_after
        self._idle_after_s = idle_after_s
        self._format_modules = tuple(format_modules)
        self._lanes = _Lanes(size)
        self._idle: list[_Child] = []
        """Those without work, the latest used last."""
        self._starting: asyncio.Task[None] | None = None
        self._retiring: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to warm one child; does not wait for it."""
        self._starting = asyncio.create_task(self._warm_one())
        self._retiring = asyncio.create_task(self._retire_idle())

    async def close(self) -> None:
        """End every idle child; those at work end with their document or with the service."""
        for task in (self._starting, self._retiring):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        while self._idle:
            await self._idle.pop().end()

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
            status, content = await self._ask(kind, *wanted)
            if status["status"] == "more_fonts_needed":
                status, content = await self._ask(ChildKind.LETTERED, *wanted)
            match status["status"]:
                case "rendered":
                    return Rendered(
                        content, status["rows"], status["media_type"], status["extension"]
                    )
                case "out_of_memory":
                    raise RenderOutOfMemory(format_name, self._limits.memory_bytes)
            raise RenderFailed(status["message"], status["code"])

    async def _ask(
        self, kind: ChildKind, format_name: str, options: FormatOptions, document_json: bytes
    ) -> tuple[Any, bytes]:
        child = await self._take(kind)
        try:
            async with asyncio.timeout(self._time_limit_s):
                status, content = await child.ask(format_name, options, document_json)
        except TimeoutError:
            await child.kill()
            raise RenderStarved(format_name, self._time_limit_s) from None
        except (EOFError, ConnectionError):
            raise await child.why_ended(format_name, self._limits) from None
        except BaseException:
            await child.kill()
            raise
        await self._put_back(child, healthy=status["status"] != "out_of_memory")
        return status, content

    @property
    def pids(self) -> tuple[int, ...]:
        """Of the children without work."""
        return tuple(child.pid for child in self._idle)

    async def _take(self, kind: ChildKind) -> _Child:
        starting = self._starting
        warm = kind is ChildKind.WARM
        if warm and not self._idle_of(kind) and starting and not starting.done():
            # One is nearly warm: waiting for it beats starting another.
            await asyncio.wait([starting])
        while waiting := self._idle_of(kind):
            child = waiting[-1]
            self._idle.remove(child)
            if child.alive:
                return child
            await child.end()
        return await _Child.start(self._format_modules, self._limits, kind)

    def _idle_of(self, kind: ChildKind) -> list[_Child]:
        return [child for child in self._idle if child.kind is kind]

    async def _put_back(self, child: _Child, *, healthy: bool) -> None:
        worn = child.renders >= self._recycle_after
        grown = child.resident_bytes() > self._limits.memory_bytes * GROWTH_SHARE
        if healthy and not worn and not grown:
            child.idle_since = time.monotonic()
            self._idle.append(child)
            return
        await child.end()

    async def _warm_one(self) -> None:
        # A child that cannot start is reported to the first who asks for a document.
        with contextlib.suppress(TransientError):
            child = await _Child.start(self._format_modules, self._limits, ChildKind.WARM)
            child.idle_since = time.monotonic()
            self._idle.append(child)

    async def _retire_idle(self) -> None:
        while True:
            await asyncio.sleep(self._idle_after_s / 4)
            long_ago = time.monotonic() - self._idle_after_s
            # The warm one that was used last stays.
            spared = self._idle_of(ChildKind.WARM)[-1:]
            for child in [child for child in self._idle if child not in spared]:
                if child.idle_since < long_ago and child in self._idle:
                    self._idle.remove(child)
                    await child.end()


class _Lanes:
    """`size` places; interactive work waits only for places, bulk also leaves one free."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._left_by_bulk = 1 if size > 1 else 0
        self._waiting: dict[Lane, deque[asyncio.Future[None]]] = {
            Lane.INTERACTIVE: deque(),
            Lane.BULK: deque(),
        }

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
        for lane, left_free in ((Lane.INTERACTIVE, 0), (Lane.BULK, self._left_by_bulk)):
            waiting = self._waiting[lane]
            while waiting and self._free > left_free:
                turn = waiting.popleft()
                if not turn.cancelled():
                    self._free -= 1
                    turn.set_result(None)


class _Child:
    """One process and the conversation with it."""

    def __init__(self, process: asyncio.subprocess.Process, kind: ChildKind) -> None:
        self._process = process
        self.kind = kind
        self._stderr = bytearray()
        self._listening = asyncio.create_task(self._keep_stderr())
        self.renders = 0
        self.idle_since = 0.0

    @classmethod
    async def start(cls, format_modules: Sequence[str], limits: Limits, kind: ChildKind) -> _Child:
        """A warm one; TransientError when it does not get there."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "services.renderer.isolation_child",
            str(limits.cpu_seconds),
            str(limits.memory_bytes),
            kind,
            *format_modules,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment(),
            start_new_session=True,  # Ctrl-C is for the service, which lets work finish
        )
        child = cls(process, kind)
        try:
            async with asyncio.timeout(START_SECONDS):
                await child._answer()
        except (TimeoutError, EOFError, ConnectionError):
            await child.kill()
            raise TransientError(
                "renderer_not_started", f"a drawing process did not start: {child._last_words()}"
            ) from None
        except BaseException:
            await child.kill()
            raise
        return child

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def ask(
        self, format_name: str, options: FormatOptions, document_json: bytes
    ) -> tuple[Any, bytes]:
        """Status and file of one document; EOFError or ConnectionError when the child ends."""
        self.renders += 1
        stdin = self._process.stdin
        assert stdin is not None
        for part in (format_name.encode(), options.model_dump_json().encode(), document_json):
            stdin.write(struct.pack(">I", len(part)))
            stdin.write(part)
        await stdin.drain()
        return await self._answer()

    async def _answer(self) -> tuple[Any, bytes]:
        stdout = self._process.stdout
        assert stdout is not None
        parts = []
        for _ in range(2):
            (length,) = struct.unpack(">I", await stdout.readexactly(4))
            parts.append(await stdout.readexactly(length))
        return json.loads(parts[0]), parts[1]

    def resident_bytes(self) -> int:
        """The memory the child holds, shared pages included; 0 when it has ended."""
        try:
            fields = Path(f"/proc/{self.pid}/statm").read_text().split()
        except OSError:
            return 0
        return int(fields[1]) * PAGE_SIZE

    async def end(self) -> None:
        """Close the child's input, at which it ends; kill it if it does not."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(1):
                await self._process.wait()
        except TimeoutError:
            await self.kill()
        except asyncio.CancelledError:
            await self.kill()
            raise

    async def kill(self) -> None:
        """End it at once and reap it."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        await self._listening

    async def why_ended(self, format_name: str, limits: Limits) -> Exception:
        """The error that tells the child's end."""
        code = await self._process.wait()
        await self._listening
        words = self._last_words()
        if code == -signal.SIGXCPU:
            return RenderTimeout(format_name, limits.cpu_seconds)
        if code < 0 and -code in OUTSIDE_SIGNALS:
            return TransientError(
                "renderer_killed", f"the drawing process was ended by signal {-code}"
            )
        if any(
            sign in words.lower() for sign in ("out of memory", "memory allocation", "memoryerror")
        ):
            return RenderOutOfMemory(format_name, limits.memory_bytes)
        return RenderFailed(f"the drawing process ended with code {code}: {words}")

    async def _keep_stderr(self) -> None:
        assert self._process.stderr is not None
        while part := await self._process.stderr.read(STDERR_KEPT):
            self._stderr = (self._stderr + part)[-STDERR_KEPT:]

    def _last_words(self) -> str:
        lines = self._stderr.decode(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing"


def environment() -> dict[str, str]:
    """What a child gets to know: none of the service's variables, so no password is among them.

    The path to our own code is computed, because the working directory may be anywhere.
    """
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MALLOC_ARENA_MAX": "2",
        # Arrow's own would set 1 GB aside at its first use, which counts against the limit.
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }
