"""HTTP/1.1 as a load generator needs it: one connection, one request at a time, no overhead.

Asking costs it about a tenth of a general client's CPU, which matters where client and server
share two cores.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """Status, headers by their names in lower case, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body's value."""
        return json.loads(self.body)


class Connection:
    """A connection to the api as one client; opened by its first request."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._head = f"Host: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._streams is not None:
            self._streams[1].close()

    async def post(self, path: str, body: object, *, prefer: str = "") -> Answer:
        """POST JSON; the answer has to have a Content-Length."""
        return await self._with_body("POST", path, body, prefer)

    async def patch(self, path: str, body: object) -> Answer:
        """PATCH with JSON."""
        return await self._with_body("PATCH", path, body, "")

    async def follow(self, path: str) -> list[Any]:
        """GET a stream of server-sent events to its end; the data of each `status` event."""
        reader = await self._send("GET", path, "Accept: text/event-stream\r\n", b"")
        await self._head_of(reader)
        seen, name = [], ""
        while True:
            line = (await reader.readline()).decode().strip()
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:") and name == "status":
                seen.append(json.loads(line[5:]))
            elif line == "0":  # the last chunk
                await reader.readline()
                return seen

    async def _with_body(self, method: str, path: str, body: object, prefer: str) -> Answer:
        content = json.dumps(body).encode()
        head = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        if prefer:
            head += f"Prefer: {prefer}\r\n"
        reader = await self._send(method, path, head, content)
        status, headers = await self._head_of(reader)
        return Answer(status, headers, await reader.readexactly(int(headers["content-length"])))

    async def _send(self, method: str, path: str, head: str, body: bytes) -> asyncio.StreamReader:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        writer.write(f"{method} {path} HTTP/1.1\r\n{self._head}{head}\r\n".encode() + body)
        return reader

    @staticmethod
    async def _head_of(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = (line.partition(":") for line in lines)
        return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in headers}
