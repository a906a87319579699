"""A real SMTP server on loopback that misbehaves as it is told.

    async with SmtpServer(Script(recipients={"a@x.org": "450 4.2.1 later"})) as server:
        ...  # mail to server.host, server.port
    assert [mail.recipients for mail in server.received] == [...]

The script may be replaced while the server runs: each command looks at it anew.
"""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import AnyStr, Literal, Self, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Moment = Literal["connect", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "body", "dot"]
"""A point of the dialogue. `DATA`: before 354. `body`: after 354, before the final dot.
`dot`: the whole mail is there, nothing is answered yet."""

Command = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Script:
    """What goes wrong, and when."""

    answers: dict[Moment, str] = field(default_factory=dict)
    """What is answered instead of the usual, for instance `{"MAIL": "451 4.3.0 busy"}`."""
    recipients: dict[str, str] = field(default_factory=dict)
    """What RCPT TO is answered, per address."""
    after: int = 0
    """How many mails the server has received before `answers`, `drop` and `hang` begin."""
    drop: Moment | None = None
    """When the connection is cut."""
    hang: Moment | None = None
    """When the server falls silent for good."""
    unanswered: frozenset[str] = frozenset()
    """Recipients whose mail is there whole when the connection is cut in place of an answer."""
    slow_domains: frozenset[str] = frozenset()
    """Whose mails are answered byte by byte from RCPT TO on."""
    byte_seconds: float = 1.0
    """How long each of those bytes takes."""
    smtputf8: bool = True
    """Whether SMTPUTF8 is offered."""
    login: tuple[str, str] | None = None
    """User name and password; with them nobody may send without."""
    certificate: tuple[Path, Path] | None = None
    """Certificate and key (PEM): STARTTLS is offered."""
    implicit_tls: bool = False
    """TLS from the first byte instead."""
    size_limit: int | None = None
    """Octets of a mail, announced as SIZE."""


@dataclass(frozen=True)
class Received:
    """A mail that arrived whole, whatever was answered then."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    options: tuple[str, ...]
    """The parameters of MAIL FROM."""
    encrypted: bool
    user: str | None
    connection: int
    """Which of the server's connections it came by, counted from 1."""


class SmtpServer:
    """The server, in the running event loop, on a free port of 127.0.0.1."""

    host = "127.0.0.1"

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()
        self.received: list[Received] = []
        self.connections = 0
        self.commands: list[str] = []
        """Every command line but AUTH's, in order."""
        self.silence = asyncio.Event()
        """Ends every hang when set."""
        self.hanging = 0
        """Connections that hang now."""
        self.arrival = asyncio.Event()
        """Set as soon as a whole mail is there, answered or not."""
        self._open: set[_Dialogue] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        context = self._context()
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Dialogue(self, context),
            self.host,
            0,
            ssl=context if self.script.implicit_tls else None,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self.silence.set()
        self._server.close()
        self.hang_up()
        await asyncio.sleep(0)

    @property
    def port(self) -> int:
        """The port it listens on."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def hang_up(self) -> None:
        """Cut every open connection."""
        for dialogue in list(self._open):
            dialogue.cut()

    def _context(self) -> ssl.SSLContext | None:
        if self.script.certificate is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.script.certificate)
        return context


class _Dialogue(SMTP):
    """One connection."""

    def __init__(self, server: SmtpServer, context: ssl.SSLContext | None) -> None:
        with warnings.catch_warnings():
            # aiosmtpd warns of passwords in clear; on loopback, in a test, they are meant to be.
            warnings.simplefilter("ignore", UserWarning)
            self._start(server, context)
        self._of = server

    def _start(self, server: SmtpServer, context: ssl.SSLContext | None) -> None:
        script = server.script
        offers_starttls = context is not None and not script.implicit_tls
        super().__init__(
            _Hooks(server),
            hostname="misbehaving.example",
            enable_SMTPUTF8=script.smtputf8,
            data_size_limit=script.size_limit or 1 << 26,
            tls_context=context if offers_starttls else None,
            auth_required=script.login is not None,
            auth_require_tls=False,
            authenticator=self._check_login,
        )

    def _check_login(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        if "AUTH" in self._of.script.answers:
            return AuthResult(success=False, message=self._of.script.answers["AUTH"])
        login = self._of.script.login
        if isinstance(data, LoginPassword) and login == (
            data.login.decode(),
            data.password.decode(),
        ):
            return AuthResult(success=True, auth_data=data.login.decode())
        return AuthResult(success=False, handled=False)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.transport is None:
            self._of.connections += 1
            self.number = self._of.connections
        self._of._open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._of._open.discard(self)
        super().connection_lost(error)

    def cut(self) -> None:
        """Close at once, whatever is unsaid."""
        # uvloop's transports are no subclass of asyncio's, but the same in all else.
        transport = cast("asyncio.WriteTransport | None", self.transport)
        if transport is not None and not transport.is_closing():
            transport.abort()

    async def instead(self, moment: Moment) -> str | None:
        """What the script wants at that moment: cut, silence, another answer, or None."""
        script = self._of.script
        if len(self._of.received) < script.after:
            return None
        if script.drop == moment:
            self.cut()
            await asyncio.sleep(3600)  # until the cut connection cancels us
        if script.hang == moment:
            self._timeout_handle.cancel()  # type: ignore[union-attr]  # running by now
            self._of.hanging += 1
            try:
                await self._of.silence.wait()
            finally:
                self._of.hanging -= 1
        return script.answers.get(moment)

    async def _handle_client(self) -> None:
        answer = await self.instead("connect")
        if answer is not None:
            await self.push(answer)
            self.cut_politely()
            return
        await super()._handle_client()

    def cut_politely(self) -> None:
        """Close after what was said has gone out."""
        assert self.transport is not None
        self.transport.close()

    async def push(self, status: AnyStr) -> None:
        envelope = self.envelope
        domains = {str(to).rpartition("@")[2] for to in envelope.rcpt_tos} if envelope else set()
        if not self._of.script.slow_domains & domains or self._writer is None:
            await super().push(status)
            return
        for byte in (status if isinstance(status, bytes) else status.encode()) + b"\r\n":
            await asyncio.sleep(self._of.script.byte_seconds)
            self._writer.write(bytes([byte]))

    async def _unless_scripted(self, moment: Moment, line: str, usual: Command) -> None:
        self._of.commands.append(line)
        answer = await self.instead(moment)
        if answer is None:
            await usual()
        else:
            await self.push(answer)

    async def smtp_EHLO(self, hostname: str) -> None:
        await self._unless_scripted(
            "EHLO", f"EHLO {hostname}", partial(super().smtp_EHLO, hostname)
        )

    async def smtp_STARTTLS(self, arg: str) -> None:
        await self._unless_scripted("STARTTLS", "STARTTLS", partial(super().smtp_STARTTLS, arg))

    async def smtp_MAIL(self, arg: str | None) -> None:
        await self._unless_scripted("MAIL", f"MAIL {arg}", partial(super().smtp_MAIL, arg))

    async def smtp_RSET(self, arg: str) -> None:
        self._of.commands.append("RSET")
        await super().smtp_RSET(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        self._of.commands.append("QUIT")
        await super().smtp_QUIT(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        await self._unless_scripted("RCPT", f"RCPT {arg}", partial(super().smtp_RCPT, arg))

    async def smtp_DATA(self, arg: str) -> None:
        script = self._of.script
        if script.drop == "body" or script.hang == "body" or "body" in script.answers:
            await self.push("354 go on")
            await self._reader.readline()
            answer = await self.instead("body")
            await self.push(answer or "451 4.3.0 enough")
            # A socket closed on unread octets would take the answer back.
            while await self._reader.read(65536):
                pass
            return
        await self._unless_scripted("DATA", "DATA", partial(super().smtp_DATA, arg))


class _Hooks:
    """aiosmtpd's handler: keeps what arrives."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def handle_RCPT(
        self, _smtp: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._server.script.recipients.get(address)
        if answer is not None:
            return answer
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 ok"

    async def handle_DATA(self, smtp: _Dialogue, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.original_content, bytes)
        self._server.received.append(
            Received(
                sender=envelope.mail_from or "",
                recipients=tuple(str(to) for to in envelope.rcpt_tos),
                content=envelope.original_content,
                options=tuple(envelope.mail_options),
                encrypted=session.ssl is not None
                or (smtp.transport is not None and smtp.transport.get_extra_info("ssl_object"))
                is not None,
                user=session.auth_data if isinstance(session.auth_data, str) else None,
                connection=smtp.number,
            )
        )
        self._server.arrival.set()
        if self._server.script.unanswered.intersection(envelope.rcpt_tos):
            smtp.cut()
        return await smtp.instead("dot") or f"250 2.0.0 queued as {len(self._server.received)}"


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate that vouches for itself, and its key: for localhost and 127.0.0.1, a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_file, key_file
