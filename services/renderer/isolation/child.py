"""One child process as the service sees it: its start, the conversation with it, its end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import struct
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from services.renderer.isolation.errors import RenderFailed, RenderOutOfMemory, RenderTimeout
from services.renderer.isolation.kinds import ChildKind
from shared.errors import TransientError

START_SECONDS = 60.0
"""Until a child must be warm."""
GROWTH_SHARE = 0.5
"""Of the memory limit: a child that has kept more is replaced after its document."""
OUTSIDE_SIGNALS = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
"""A child never ends itself with these: the kernel or a person did, and another may live."""
SETTLED_SECONDS = 5.0
"""An idle child may be ended for others when it was idle for so long. Two formats by turns would
else start a process for each document."""
STDERR_KEPT = 4096
"""Octets of a child's last words."""
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")
SIGNS_OF_MEMORY = ("out of memory", "memory allocation", "memoryerror", "pyobject pointer is null")
"""In last words. The last one is pydantic's, for an object that Python had no memory for."""


@dataclass(frozen=True)
class Limits:
    """What one child may take."""

    cpu_seconds: int
    """For one document, and for each of its charts."""
    memory_bytes: int
    recycle_after: int
    """Pieces of work after which it is replaced by a fresh one."""


class Child:
    """One process and the conversation with it."""

    def __init__(
        self, process: asyncio.subprocess.Process, kind: ChildKind, limits: Limits
    ) -> None:
        self._process = process
        self._limits = limits
        self.kind = kind
        self._stderr = bytearray()
        self._listening = asyncio.create_task(self._keep_stderr())
        self.worked = 0
        """Pieces of work it was given."""
        self.idle_since = time.monotonic()

    @classmethod
    async def start(
        cls, kind: ChildKind, limits: Limits, format_modules: Sequence[str] = ()
    ) -> Self:
        """A warm one; TransientError when it does not get there."""
        program = "chart_child" if kind is ChildKind.CHARTS else "drawing_child"
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-P", "-m", f"services.renderer.isolation.{program}"),
            *(str(limits.cpu_seconds), str(limits.memory_bytes)),
            *(() if kind is ChildKind.CHARTS else (kind, *format_modules)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment(),
            start_new_session=True,  # Ctrl-C is for the service, which lets work finish
        )
        child = cls(process, kind, limits)
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

    @property
    def worn(self) -> bool:
        """Whether it has done its share, or keeps too much memory."""
        grown = self._resident_bytes() > self._limits.memory_bytes * GROWTH_SHARE
        return grown or self.worked >= self._limits.recycle_after

    def unused_for(self, seconds: float) -> bool:
        """Whether it has had nothing to do for so long."""
        return time.monotonic() - self.idle_since > seconds

    async def ask(self, *parts: bytes) -> tuple[Any, bytes]:
        """Its answer, status and content; EOFError or ConnectionError when the child ends."""
        stdin = self._process.stdin
        assert stdin is not None
        for part in parts:
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

    def _resident_bytes(self) -> int:
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

    async def why_ended(self, format_name: str) -> Exception:
        """The error that tells the child's end."""
        code = await self._process.wait()
        await self._listening
        words = self._last_words()
        if code == -signal.SIGXCPU:
            return RenderTimeout(format_name, self._limits.cpu_seconds)
        if code < 0 and -code in OUTSIDE_SIGNALS:
            return TransientError(
                "renderer_killed", f"the drawing process was ended by signal {-code}"
            )
        if any(sign in words.lower() for sign in SIGNS_OF_MEMORY):
            return RenderOutOfMemory(format_name, self._limits.memory_bytes)
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
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "MALLOC_ARENA_MAX": "2",
        # Arrow's own would set 1 GB aside at its first use, which counts against the limit.
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }
