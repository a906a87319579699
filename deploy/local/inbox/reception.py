"""The SMTP side: every mail is kept before it is answered."""

from __future__ import annotations

import asyncio
import logging
import socket

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.inbox.store import MailStore

_log = logging.getLogger(__name__)

SIZE_LIMIT = 64 * 1024 * 1024
"""Octets of one mail."""


class Reception:
    """aiosmtpd's handler: writes what it is given to the store."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Answer 250 once the mail is on the disk, 452 when it could not be put there.

        The envelope is noted on top as a server at the end of the way does: Return-Path
        (RFC 5321 section 4.4) and one Delivered-To per recipient (RFC 9228).
        """
        assert isinstance(envelope.original_content, bytes)
        trace = [f"Return-Path: <{_one_line(envelope.mail_from or '')}>"]
        trace += [f"Delivered-To: {_one_line(str(to))}" for to in envelope.rcpt_tos]
        head = "\r\n".join([*trace, ""]).encode("utf-8", "replace")
        try:
            mail_id = await asyncio.to_thread(self._store.keep, head + envelope.original_content)
        except OSError as error:
            _log.error("a mail could not be kept: %s", error)
            return "452 4.3.1 the mail could not be kept: the disk is full or read-only"
        return f"250 2.0.0 kept as {mail_id}"


async def listen(store: MailStore, listening: socket.socket) -> asyncio.Server:
    """Take mail on that socket; nobody has to log in, and no address is refused."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(
            Reception(store),
            hostname="inbox.localhost",
            ident="Broadsheet inbox",
            enable_SMTPUTF8=True,
            data_size_limit=SIZE_LIMIT,
        ),
        sock=listening,
        backlog=512,
    )


def _one_line(text: str) -> str:
    return "".join(c for c in text if c.isprintable())
