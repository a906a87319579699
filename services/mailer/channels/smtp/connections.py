"""Connections that are kept for the next mail: a greeting and a TLS handshake cost more."""

from __future__ import annotations

import asyncio
import socket
import ssl
from functools import partial

import aiosmtplib

from services.mailer.channels.smtp.rates import Rates
from services.mailer.channels.smtp.session import (
    BeforeDot,
    Envelope,
    SmtpFailure,
    SmtpSession,
    Step,
)
from services.mailer.channels.smtp.settings import SmtpSettings, Tls
from services.mailer.turns import PATIENCE_S, Turns

KEPT_S = 5.0
"""Seconds that an idle connection is kept; servers resent those who hold on."""


class SmtpConnections:
    """At most `smtp_connections` at once."""

    def __init__(
        self, settings: SmtpSettings, kept_s: float = KEPT_S, patience_s: float = PATIENCE_S
    ) -> None:
        self._settings = settings
        self._kept_s = kept_s
        self._helo_name = settings.smtp_helo_name or socket.gethostname()
        self._rates = Rates(settings)
        self._turns = Turns(settings.smtp_connections, settings.smtp_domain_connections, patience_s)
        self._idle: dict[SmtpSession, asyncio.TimerHandle] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._tls_context: ssl.SSLContext | None = None
        if settings.smtp_tls is not Tls.NONE:
            self._tls_context = ssl.create_default_context(cafile=settings.smtp_tls_ca_file)

    async def send(self, envelope: Envelope, before_dot: BeforeDot) -> aiosmtplib.SMTPResponse:
        """The server's answer once it has the mail; else SmtpFailure, or NoTurn.

        Mails of which one process has too many on their way wait for their turn.
        """
        domain = envelope.to.domain
        in_time = partial(self._rates.waited_for, domain)
        async with self._turns.taken(domain, domain, in_time) as turn:

            async def counting() -> None:
                await before_dot()
                turn.counts()

            kept = await self._kept()
            if kept is not None:
                try:
                    return await self._send_over(kept, envelope, counting)
                except SmtpFailure as failure:
                    # Hung up on between two mails: nothing was begun, so a new one may try.
                    if failure.step is not Step.MAIL or failure.code not in (None, 421):
                        raise
            opened = await SmtpSession.open(self._settings, self._tls_context, self._helo_name)
            return await self._send_over(opened, envelope, counting)

    async def close(self) -> None:
        """Take leave of the server on every idle connection."""
        for session in list(self._idle):
            self._leave(session)
        await asyncio.gather(*self._leaving)

    async def _send_over(
        self, session: SmtpSession, envelope: Envelope, before_dot: BeforeDot
    ) -> aiosmtplib.SMTPResponse:
        try:
            return await session.send(envelope, before_dot)
        finally:
            if session.is_open:
                timer = asyncio.get_running_loop().call_later(self._kept_s, self._leave, session)
                self._idle[session] = timer

    async def _kept(self) -> SmtpSession | None:
        while self._idle:
            session, timer = self._idle.popitem()
            timer.cancel()
            if await session.is_ready():
                return session
        return None

    def _leave(self, session: SmtpSession) -> None:
        self._idle.pop(session).cancel()
        leaving = asyncio.ensure_future(session.quit())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)
