"""E-mail: each message to its one recipient, over the operator's SMTP server."""

from __future__ import annotations

import asyncio
import hashlib
import re
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from services.mailer.channels.channel import (
    BeforeItCounts,
    Body,
    DestinationSettings,
    Message,
    Outcome,
    State,
    Written,
    register,
    unannounced,
)
from services.mailer.channels.smtp.address import Address
from services.mailer.channels.smtp.connections import SmtpConnections
from services.mailer.channels.smtp.mail import body_of, dot_stuffed, entity, head
from services.mailer.channels.smtp.session import Envelope, SmtpFailure, Step
from services.mailer.channels.smtp.settings import SmtpSettings
from services.mailer.outgoing import Outgoing
from services.mailer.turns import NoTurn
from shared.header_text import harmless
from shared.settings import from_environment

if TYPE_CHECKING:
    from services.mailer.channels.smtp.dkim import DkimSigner

_ABOUT_US = frozenset({Step.CONNECT, Step.STARTTLS, Step.AUTH})
"""Before a mail is begun a refusal concerns our set-up, never the recipient."""
_AUTH_CODES = frozenset({530, 534, 535, 538})
"""RFC 4954 section 6: what a server answers when we should have logged in, or encrypted."""
_NO_MAILBOX = re.compile(r"5\.1\.(0|1|2|3|6|10)\b|5\.2\.1\b")
"""Enhanced codes (RFC 3463, RFC 7505) of an address that takes no mail at all, now or later."""


def state_after(step: Step, code: int | None) -> State:
    """What a mail's failure at that step means; `code` is None where nobody answered.

    The server takes the mail over with its answer to the final dot (RFC 5321 section 6.1).
    Without that answer it may have it or not: `uncertain`, never a guess.
    """
    if code is not None and 400 <= code < 500:
        return "deferred"
    if code is not None and 500 <= code < 600:
        return "deferred" if step in _ABOUT_US or code in _AUTH_CODES else "refused"
    return "uncertain" if step is Step.ANSWER else "deferred"


@register("email")
class EmailChannel:
    """SMTP (RFC 5321) submission; `Message.to` is `local@domain`."""

    name: str
    title: ClassVar[str] = "E-mail"
    destination: ClassVar[type[DestinationSettings] | None] = None
    links_for: ClassVar[timedelta | None] = None
    # RFC 5321 section 4.5.4.1 asks for four days; whoever waits for a report has asked by then.
    given_up_after: ClassVar[timedelta] = timedelta(hours=48)

    def __init__(self, settings: SmtpSettings) -> None:
        harmless(settings.mail_from_name, "BROADSHEET_MAIL_FROM_NAME")
        self._settings = settings
        self._sender = settings.sender
        self._host = f"{settings.smtp_host}:{settings.port}"
        self._connections = SmtpConnections(settings)
        self._signer = signer_of(settings)

    @classmethod
    def from_environment(cls, outgoing: Outgoing) -> Self:
        """The channel as the `BROADSHEET_SMTP_*` and `BROADSHEET_MAIL_*` variables say."""
        return cls(from_environment(SmtpSettings))

    def written(self, message: Message) -> bytes:
        """The exact bytes that `deliver` sends, at each attempt; ValueError as in `compose`."""
        fields, body = self._halves(message, Address.parse(message.to))
        return fields + body.content

    def _halves(self, message: Message, to: Address) -> tuple[bytes, Body]:
        body = message.body or body_of(
            "", entity(message.text, message.html, message.attachments, message.pictures)
        )
        fields = head(message, self._sender, self._settings.mail_from_name, to)
        if self._signer is not None:
            of_mime = body.content[: body.content.index(b"\r\n\r\n") + 2]
            fields = self._signer.field(fields + of_mime, body.dkim_hash, message.date) + fields
        return fields, body

    async def deliver(
        self, message: Message, before_it_counts: BeforeItCounts = unannounced
    ) -> Outcome:
        """One attempt; it counts from the final dot on. The receipt is the Message-ID."""
        try:
            to = Address.parse(message.to)
            if message.body is None:
                # Attachments of megabytes take their time to encode; others are being served.
                fields, body = await asyncio.to_thread(self._halves, message, to)
            else:
                fields, body = self._halves(message, to)
        except ValueError as error:
            return Outcome("refused", "", f"not sent: {error}")

        async def before_dot() -> None:
            await before_it_counts(_for_the_ledger(fields, body))

        try:
            response = await self._connections.send(
                Envelope(self._sender, to, (dot_stuffed(fields), body.dot_stuffed)), before_dot
            )
        except NoTurn as later:
            host = self._host if later.begun else ""
            return Outcome("deferred", host, str(later), retry_after_s=later.after_s)
        except SmtpFailure as failure:
            state = state_after(failure.step, failure.code)
            if failure.code is None:
                answer = f"failed at {failure.step}: {failure.text}"
            elif failure.step in _ABOUT_US:
                answer = f"our set-up was refused at {failure.step}: {failure.code} {failure.text}"
            else:
                answer = f"{failure.code} {failure.text}"
            receipt = message.message_id if state == "uncertain" else None
            gone = failure.step is Step.RCPT and bool(_NO_MAILBOX.match(failure.text))
            return Outcome(state, self._host, answer, receipt, gone=gone and state == "refused")
        return Outcome(
            "sent", self._host, f"{response.code} {response.message}", message.message_id
        )

    async def close(self) -> None:
        """Take leave of the server."""
        await self._connections.close()


def _for_the_ledger(fields: bytes, body: Body) -> Written:
    digest = hashlib.sha256(fields)
    digest.update(body.content)
    return Written(
        media_type="message/rfc822",
        head=fields if body.key else fields + body.content,
        body_key=body.key or None,
        sha256=digest.hexdigest(),
        size=len(fields) + len(body.content),
    )


def signer_of(settings: SmtpSettings) -> DkimSigner | None:
    """What signs our mails, where the settings name a key; ValueError where it is none."""
    if settings.mail_dkim_key_file is None:
        return None
    # Imported here: who does not sign need not have it in memory.
    from services.mailer.channels.smtp.dkim import DkimSigner

    domain = settings.mail_dkim_domain or settings.domain
    return DkimSigner.of(settings.mail_dkim_key_file, settings.mail_dkim_selector, domain)
