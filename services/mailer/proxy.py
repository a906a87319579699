"""A proxy on loopback, for libraries that open their own connections.

It takes CONNECT, and requests with a whole URL where a library speaks plain HTTP (RFC 9112,
section 3.2), from whoever knows its password. Where they lead, `connect` decides. What comes back
over one connection is bounded in size, and silence in time.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import socket
from typing import Protocol

import structlog

from shared.egress import plain_url

log = structlog.get_logger(__name__)

PROXY = "broadsheet"
"""How it names itself where an answer is its own (`Proxy-Status`, RFC 9209)."""
MOST_ANSWERED = 16 << 20
"""Bytes that may come back over one connection: what we send to answers in little."""
IDLE_S = 120.0
"""Seconds without a byte in either direction after which a connection is cut."""
_HEAD_S = 10.0
_MOST_HEAD = 16 << 10
_CHUNK = 256 << 10

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Connect(Protocol):
    """Opens a connection to a host that may be reached."""

    async def __call__(self, host: str, port: int, *, encrypted: bool) -> socket.socket: ...


class Proxy:
    """Listens from the first `url()` until `close()`.

    `refusals` and `failures` are what `connect` raises: told as 403 and as 502.
    """

    def __init__(
        self,
        connect: Connect,
        *,
        refusals: type[Exception],
        failures: type[Exception],
        most_answered: int = MOST_ANSWERED,
        idle_s: float = IDLE_S,
    ) -> None:
        self._connect = connect
        self._refusals = refusals
        self._failures = failures
        self._most_answered = most_answered
        self._idle_s = idle_s
        # For other users of the machine it is of no use.
        self._password = secrets.token_urlsafe(24)
        self._server: asyncio.Server | None = None
        self._starting = asyncio.Lock()
        self._served: set[asyncio.Task[None]] = set()

    async def url(self) -> str:
        """`http://user:password@127.0.0.1:port`."""
        async with self._starting:
            if self._server is None:
                self._server = await asyncio.start_server(
                    self._accepted, "127.0.0.1", 0, limit=_MOST_HEAD
                )
        port = self._server.sockets[0].getsockname()[1]
        return f"http://{PROXY}:{self._password}@127.0.0.1:{port}"

    async def close(self) -> None:
        """Stop listening and cut what is open."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._served:
            task.cancel()
        await asyncio.gather(*self._served, return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._served.add(task)
        try:
            await self._serve((reader, writer))
        except asyncio.CancelledError:
            return  # closing: asyncio itself would log it as an error
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError, TimeoutError) as error:
            log.info("a connection through the proxy was cut", reason=repr(error))
        finally:
            self._served.discard(task)
            writer.close()

    async def _serve(self, near: _Streams) -> None:
        reader, writer = near
        async with asyncio.timeout(_HEAD_S):
            head = await reader.readuntil(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        method, target, version = line.split(" ")
        if not self._is_ours(fields):
            _answer(writer, 407, "this proxy is not for you")
            return
        request = b""
        try:
            if method == "CONNECT":
                host, _, port = target.rpartition(":")
                connection = await self._connect(host.strip("[]"), int(port), encrypted=True)
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                parts = plain_url(target, "http")
                assert parts.hostname is not None
                port_number = parts.port or 80
                connection = await self._connect(parts.hostname, port_number, encrypted=False)
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                kept = [field for field in fields if not _is_between_us(field)]
                lines = [f"{method} {path} {version}", *kept, "Connection: close", "", ""]
                request = "\r\n".join(lines).encode("latin-1")
        except self._refusals as refused:
            _answer(writer, 403, str(refused))
            return
        except self._failures as failed:
            _answer(writer, 502, str(failed))
            return
        far = await asyncio.open_connection(sock=connection, limit=_CHUNK)
        try:
            far[1].write(request)
            await self._pass_on(near, far, plain=bool(request))
        finally:
            far[1].close()

    def _is_ours(self, fields: list[str]) -> bool:
        wanted = base64.b64encode(f"{PROXY}:{self._password}".encode())
        for field in fields:
            name, _, value = field.partition(":")
            if name.lower() == "proxy-authorization":
                kind, _, credentials = value.strip().partition(" ")
                return kind.lower() == "basic" and secrets.compare_digest(
                    credentials.encode("latin-1"), wanted
                )
        return False

    async def _pass_on(self, near: _Streams, far: _Streams, *, plain: bool) -> None:
        """Both ways, until the far side has said all."""
        now = asyncio.get_running_loop().time

        async def pump(source: _Streams, target: _Streams, most: float) -> None:
            passed = 0
            if plain and source is far:
                target[1].write(await _head_of_the_last(source[0]))
            while chunk := await source[0].read(_CHUNK):
                passed += len(chunk)
                if passed > most:
                    raise ValueError(f"more than {most:,} bytes came back")
                target[1].write(chunk)
                await target[1].drain()
                silence.reschedule(now() + self._idle_s)

        answers = asyncio.ensure_future(pump(far, near, self._most_answered))
        requests = asyncio.ensure_future(pump(near, far, float("inf")))
        try:
            async with asyncio.timeout(self._idle_s) as silence:
                await asyncio.wait((answers, requests), return_when=asyncio.FIRST_COMPLETED)
                if not answers.done():
                    # They have said all; the answer may still be on its way.
                    far[1].write_eof()
                await answers
        finally:
            answers.cancel()
            requests.cancel()
            await asyncio.gather(answers, requests, return_exceptions=True)


async def _head_of_the_last(reader: asyncio.StreamReader) -> bytes:
    """The answer up to its body, saying that no request may follow over this connection.

    Not every server says so, and a library would send its next one into a connection that is being
    closed, or past our rules to a host that it was not meant for.
    """
    interim = b""
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        if not line.partition(" ")[2].startswith("1"):  # 1xx (RFC 9110, section 15.2)
            kept = [field for field in fields if not _is_between_us(field)]
            last = "\r\n".join([line, *kept, "Connection: close", "", ""])
            return interim + last.encode("latin-1")
        interim += head


def _answer(writer: asyncio.StreamWriter, status: int, reason: str) -> None:
    # The reason is in the status line too: of a refused CONNECT libraries tell no more.
    line = "".join(c if " " <= c <= "~" else "?" for c in reason)
    content = reason.encode()
    head = (
        f"HTTP/1.1 {status} {line}",
        f"Content-Length: {len(content)}",
        f"Proxy-Status: {PROXY}; error=destination_unavailable",
        "Connection: close",
    )
    writer.write("\r\n".join((*head, "", "")).encode() + content)


def _is_between_us(field: str) -> bool:
    """Whether a header field is for the proxy alone (RFC 9110, section 7.6.1)."""
    name = field.partition(":")[0].strip().lower()
    return name.startswith("proxy-") or name in ("connection", "keep-alive")
