"""One mail over one SMTP connection, with the step named at which it failed.

aiosmtplib's own `data()` sends DATA, the mail and the final dot in one call, and raises the
same errors before and after the dot. Whether the server may have the mail hangs on exactly
that, so DATA is driven here, over aiosmtplib's public `execute_command`, `protocol.write`,
`protocol.read_response` and its transport.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

import aiosmtplib

from services.mailer.channels.smtp.address import Address
from services.mailer.channels.smtp.settings import SmtpSettings, Tls

_CHUNK = 65536

BeforeDot = Callable[[], Awaitable[None]]
"""Awaited when all but the final dot is on its way."""


class Step(StrEnum):
    """How far a mail got."""

    CONNECT = "connecting"
    """Name, socket, TLS from the first byte, the server's greeting, EHLO."""
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    """Up to, and without, the final dot: the server cannot have the mail (RFC 5321 4.1.1.4)."""
    ANSWER = "the answer to the mail"
    """The dot is on its way: until the server answers, it may have the mail."""


class SmtpFailure(Exception):
    """The mail was not taken: at which step, and what the server answered if it did."""

    def __init__(self, step: Step, code: int | None, text: str) -> None:
        super().__init__(f"{step}: {code or 'no answer'} {text}")
        self.step = step
        self.code = code
        self.text = text


@dataclass(frozen=True)
class Envelope:
    """What is sent, and to whom: one recipient."""

    sender: Address
    to: Address
    mail: tuple[bytes, ...]
    """In pieces that each begin a line, dot-stuffed, CRLF line ends."""

    @property
    def size(self) -> int:
        """Octets of the whole mail."""
        return sum(map(len, self.mail))

    @property
    def needs_smtputf8(self) -> bool:
        """Whether either address has letters beyond ASCII before its @."""
        return self.sender.needs_smtputf8 or self.to.needs_smtputf8


@contextmanager
def _at(step: Step) -> Iterator[None]:
    try:
        yield
    except aiosmtplib.SMTPResponseException as error:
        # aiosmtplib answers -1 for what is no SMTP at all.
        raise SmtpFailure(step, error.code if error.code > 0 else None, error.message) from error
    except (aiosmtplib.SMTPException, OSError) as error:  # OSError: TLS, DNS, time-outs
        raise SmtpFailure(step, None, str(error) or "no answer in time") from error


class SmtpSession:
    """One connection, greeted, encrypted and authenticated; one mail at a time."""

    def __init__(self, smtp: aiosmtplib.SMTP, settings: SmtpSettings) -> None:
        self._smtp = smtp
        self._settings = settings
        self._nothing_begun = True

    @classmethod
    async def open(
        cls, settings: SmtpSettings, tls_context: ssl.SSLContext | None, helo_name: str
    ) -> SmtpSession:
        """A connection ready for MAIL FROM; SmtpFailure says which step was refused."""
        smtp = aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.port,
            local_hostname=helo_name,
            timeout=settings.smtp_timeout_seconds,
            use_tls=settings.smtp_tls is Tls.IMPLICIT,
            start_tls=False,  # done below, as a step of its own
            tls_context=tls_context,
        )
        try:
            with _at(Step.CONNECT):
                await smtp.connect()
                await smtp.ehlo()
            if settings.smtp_tls is Tls.STARTTLS:
                with _at(Step.STARTTLS):
                    await smtp.starttls()
                    await smtp.ehlo()
            if settings.smtp_username is not None and settings.smtp_password is not None:
                with _at(Step.AUTH):
                    await smtp.login(
                        settings.smtp_username, settings.smtp_password.get_secret_value()
                    )
        except BaseException:
            smtp.close()
            raise
        return cls(smtp, settings)

    @property
    def is_open(self) -> bool:
        """Whether a further mail may be tried."""
        return self._smtp.is_connected

    def abort(self) -> None:
        """Hang up without a word."""
        self._smtp.close()

    async def quit(self) -> None:
        """Take leave; a server that does not answer is no error."""
        try:
            await self._smtp.quit(timeout=1)
        except (aiosmtplib.SMTPException, OSError):
            pass
        finally:
            self._smtp.close()

    async def is_ready(self) -> bool:
        """Whether a mail may be begun: RSET drops what a refusal left of the one before.

        Not asked after a mail that was taken: whether the server is still there, the next one's
        first command tells as well.
        """
        if self._nothing_begun:
            return self.is_open
        try:
            await self._smtp.rset(timeout=min(5.0, self._settings.smtp_timeout_seconds))
        except (aiosmtplib.SMTPException, OSError):
            self._smtp.close()
        except BaseException:  # cancelled: nobody else knows of it any more
            self._smtp.close()
            raise
        return self.is_open

    async def send(self, envelope: Envelope, before_dot: BeforeDot) -> aiosmtplib.SMTPResponse:
        """The server's answer (2xx) once it has the mail; else SmtpFailure.

        `before_dot` is awaited when all but the final dot is on its way; if it raises, the
        dot is not sent.

        The connection is closed unless both sides agree where they stand.
        """
        self._nothing_begun = False
        try:
            answer = await self._send(envelope, before_dot)
            self._nothing_begun = True
            return answer
        except SmtpFailure as failure:
            if failure.code is None:
                self.abort()
            raise
        except BaseException:
            # Cancelled, say: without the final dot the server drops what it has.
            self.abort()
            raise

    async def _send(self, envelope: Envelope, before_dot: BeforeDot) -> aiosmtplib.SMTPResponse:
        options = []
        if self._smtp.supports_extension("size"):  # RFC 1870: refused before it is sent
            options.append(f"SIZE={envelope.size}")
        encoding = "ascii"
        if envelope.needs_smtputf8:
            if not self._smtp.supports_extension("smtputf8"):
                # What a server without the extension would answer (RFC 6531 section 3.5).
                raise SmtpFailure(
                    Step.MAIL, 553, "5.6.7 the server does not offer SMTPUTF8, which this needs"
                )
            options += ["SMTPUTF8", "BODY=8BITMIME"]
            encoding = "utf-8"
        with _at(Step.MAIL):
            await self._smtp.mail(str(envelope.sender), options=options, encoding=encoding)
        with _at(Step.RCPT):
            await self._smtp.rcpt(str(envelope.to), encoding=encoding)
        with _at(Step.DATA):
            response = await self._smtp.execute_command(b"DATA")
            if response.code != 354:
                raise aiosmtplib.SMTPDataError(response.code, response.message)
        return await self._transfer(envelope.mail, before_dot)

    async def _transfer(
        self, mail: Sequence[bytes], before_dot: BeforeDot
    ) -> aiosmtplib.SMTPResponse:
        protocol = self._smtp.protocol
        if protocol is None:
            raise SmtpFailure(Step.DATA, None, "connection lost")
        # Read from now on: aiosmtplib drops what arrives while nobody reads, and a server may
        # refuse, or hang up, before it has heard everything.
        answer = asyncio.ensure_future(protocol.read_response())
        try:
            with _at(Step.DATA):
                for chunk in _chunks(mail):
                    protocol.write(chunk)
                    async with asyncio.timeout(self._settings.smtp_timeout_seconds):
                        await self._flushed(answer)
                    self._unanswered(answer)
            await before_dot()  # its own errors are not the server's
            with _at(Step.DATA):
                self._unanswered(answer)
                protocol.write(b".\r\n")  # raises only if it was not sent
            with _at(Step.ANSWER):
                async with asyncio.timeout(self._settings.smtp_final_timeout_seconds):
                    response = await answer
                if not 200 <= response.code < 300:
                    raise aiosmtplib.SMTPDataError(response.code, response.message)
                return response
        finally:
            if not answer.done():
                answer.cancel()

    def _unanswered(self, answer: asyncio.Future[aiosmtplib.SMTPResponse]) -> None:
        if answer.done():
            early = answer.result()
            self.abort()
            raise aiosmtplib.SMTPDataError(early.code, early.message)

    async def _flushed(self, answer: asyncio.Future[aiosmtplib.SMTPResponse]) -> None:
        # Until the transport has handed everything to the system, or the server spoke.
        # Asked again and again because aiosmtplib keeps its flow control to itself; mostly
        # the first look suffices.
        pause = 0.0
        while True:
            await asyncio.sleep(pause)
            transport = cast("asyncio.WriteTransport | None", self._smtp.transport)
            if answer.done() or transport is None or not transport.get_write_buffer_size():
                return
            pause = min(0.05, pause * 2 or 0.001)


def _chunks(pieces: Sequence[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        for start in range(0, len(piece), _CHUNK):
            yield piece[start : start + _CHUNK]
