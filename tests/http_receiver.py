"""An HTTP server on loopback that keeps what it is sent and answers as told, well or badly."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self


@dataclass(frozen=True)
class Request:
    """What came."""

    method: str
    target: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    then: Literal["end", "hang", "endless", "reset"] = "end"
    """`hang`: no answer at all. `endless`: after the head, a body without end. `reset`: the
    connection is cut where the answer would begin."""


class HttpReceiver:
    """One for a test; `answer` may be replaced at any time."""

    def __init__(
        self,
        answer: Callable[[Request], Reply] = lambda request: Reply(),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.answer = answer
        self._tls = tls
        self.received: list[Request] = []
        self.connections = 0
        self.port = 0
        """Where it listens, on 127.0.0.1."""
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:port`."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, limit=1 << 22, ssl=self._tls
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while (request := await _read(reader, writer)) is not None:
                self.received.append(request)
                if not await self._reply(writer, request):
                    return
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _reply(self, writer: asyncio.StreamWriter, request: Request) -> bool:
        """Whether the connection goes on."""
        reply = self.answer(request)
        if reply.then == "hang":
            await asyncio.sleep(3600)
        if reply.then == "reset":
            writer.transport.abort()
            return False
        headers = {"Content-Length": str(len(reply.body)), **reply.headers}
        if reply.then == "endless":
            headers["Content-Length"] = str(1 << 50)
        lines = [f"HTTP/1.1 {reply.status} Said", *(f"{k}: {v}" for k, v in headers.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        if request.method != "HEAD":
            writer.write(reply.body)
        await writer.drain()
        while reply.then == "endless":
            writer.write(b"z" * 65536)
            await writer.drain()
        return "close" not in request.headers.get("connection", "")


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    line, *fields = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, target, _ = line.split(" ")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (each.partition(":") for each in fields)
    }
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = b""
        while size := int((await reader.readline()).strip() or b"0", 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers, body)
