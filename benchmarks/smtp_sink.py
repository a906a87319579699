"""A mail server that takes everything, as cheaply as it can: `python -m benchmarks.smtp_sink`.

Prints its port. Each mail's recipient goes into a file, one a line, once the mail is there whole.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TextIO, cast

import uvloop

_END = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self, received: TextIO) -> None:
        self._received = received
        self._buffer = bytearray()
        self._in_mail = False
        self._recipient = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's, but the same in all else.
        self._transport = cast("asyncio.WriteTransport", transport)
        self._say(b"220 sink")

    def data_received(self, data: bytes) -> None:
        # What may be the beginning of the end is looked at again with what follows.
        looked_at = max(0, len(self._buffer) - len(_END))
        self._buffer += data
        while True:
            mark = _END if self._in_mail else b"\r\n"
            end = self._buffer.find(mark, looked_at)
            if end < 0:
                return
            line = bytes(self._buffer[:end]) if not self._in_mail else b""
            del self._buffer[: end + len(mark)]
            looked_at = 0
            if self._in_mail:
                self._in_mail = False
                self._received.write(f"{self._recipient}\n")
                self._received.flush()
                self._say(b"250 ok")
            else:
                self._command(line)

    def _command(self, line: bytes) -> None:
        word = line[:4].upper()
        if word == b"EHLO":
            self._say(b"250-sink\r\n250-SIZE 100000000\r\n250 SMTPUTF8")
        elif word == b"RCPT":
            self._recipient = line.partition(b"<")[2].partition(b">")[0].decode()
            self._say(b"250 ok")
        elif word == b"DATA":
            self._in_mail = True
            self._say(b"354 go on")
        elif word == b"QUIT":
            self._say(b"221 bye")
            self._transport.close()
        else:
            self._say(b"250 ok")

    def _say(self, line: bytes) -> None:
        self._transport.write(line + b"\r\n")


async def _serve(file: Path) -> None:
    with file.open("a") as received:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Sink(received), "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("received", type=Path)
    uvloop.run(_serve(parser.parse_args().received))
