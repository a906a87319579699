"""A gate in front of a server: passes everything on, or cuts what grows too long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Gate:
    """`most_sent`: bytes that one connection may send before it is reset; None: any number."""

    def __init__(self, port: int) -> None:
        self._target = port
        self.most_sent: int | None = None
        self.cut = 0
        """How many connections were reset."""
        self.port = 0

    @property
    def url(self) -> str:
        """`http://127.0.0.1:port`."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)

        async def there() -> None:
            passed = 0
            while chunk := await reader.read(65536):
                passed += len(chunk)
                if self.most_sent is not None and passed > self.most_sent:
                    self.cut += 1
                    writer.transport.abort()
                    return
                far_writer.write(chunk)
                await far_writer.drain()

        async def back() -> None:
            while chunk := await far_reader.read(65536):
                writer.write(chunk)
                await writer.drain()

        both = [asyncio.ensure_future(there()), asyncio.ensure_future(back())]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            far_writer.close()
            writer.close()


@asynccontextmanager
async def gate_to(port: int) -> AsyncIterator[Gate]:
    """Open until the block ends."""
    gate = Gate(port)
    server = await asyncio.start_server(gate.serve, "127.0.0.1", 0)
    gate.port = server.sockets[0].getsockname()[1]
    try:
        yield gate
    finally:
        server.close()
