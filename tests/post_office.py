"""A mail server that outlives one test's event loop: `tests.smtp_server` in a thread."""

from __future__ import annotations

import asyncio
import email
import threading
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default

from tests.smtp_server import Script, SmtpServer


class PostOffice:
    """What arrived, and what goes wrong; every connection looks at the script anew."""

    def __init__(self, server: SmtpServer, loop: asyncio.AbstractEventLoop) -> None:
        self._server = server
        self._loop = loop
        self.host = server.host
        self.port = server.port

    def mails_to(self, address: str) -> list[EmailMessage]:
        """Whatever arrived whole for that address, answered or not."""
        return [
            email.message_from_bytes(mail.content, policy=default)
            for mail in list(self._server.received)
            if address in mail.recipients
        ]

    def received(self, addresses: Collection[str]) -> Counter[str]:
        """How many mails arrived whole for each of those, answered or not."""
        wanted = set(addresses)
        return Counter(
            to for mail in list(self._server.received) for to in mail.recipients if to in wanted
        )

    @property
    def count(self) -> int:
        """How many mails arrived whole, for anybody."""
        return len(self._server.received)

    @property
    def hanging(self) -> int:
        """How many connections the script keeps waiting."""
        return self._server.hanging

    @contextmanager
    def misbehaving(self, script: Script, *, hang_up: bool = True) -> Iterator[PostOffice]:
        """As the script says for a while; then all is well, and open connections are cut.

        With `hang_up` false those that hang go on hanging until `go_on`.
        """
        self._server.script = script
        try:
            yield self
        finally:
            self._server.script = Script()
            if hang_up:
                self._loop.call_soon_threadsafe(self._server.hang_up)

    def go_on(self) -> None:
        """Everything that hangs is answered."""

        def end_of_silence() -> None:
            self._server.silence.set()
            self._server.silence = asyncio.Event()

        self._loop.call_soon_threadsafe(end_of_silence)

    @property
    def commands(self) -> list[str]:
        """Every command that was heard."""
        return list(self._server.commands)


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """Open until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="post office", daemon=True)
    thread.start()
    server = SmtpServer()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
    try:
        yield PostOffice(server, loop)
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
