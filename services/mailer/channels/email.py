"""E-mail: each message to its one recipient, over the operator's SMTP server."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import ClassVar, Self

from services.mailer.channels.channel import (
    BeforeItCounts,
    DestinationSettings,
    Message,
    Outcome,
    State,
    register,
    unannounced,
)
from services.mailer.channels.smtp.address import Address
from services.mailer.channels.smtp.connections import SmtpConnections
from services.mailer.channels.smtp.mail import compose, harmless
from services.mailer.channels.smtp.session import Envelope, SmtpFailure, Step
from services.mailer.channels.smtp.settings import SmtpSettings
from services.mailer.outgoing import Outgoing
from shared.settings import from_environment

_ABOUT_US = frozenset({Step.CONNECT, Step.STARTTLS, Step.AUTH})
"""Before a mail is begun a refusal concerns our set-up, never the recipient."""
_AUTH_CODES = frozenset({530, 534, 535, 538})
"""RFC 4954 section 6: what a server answers when we should have logged in, or encrypted."""


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

    @classmethod
    def from_environment(cls, outgoing: Outgoing) -> Self:
        """The channel as the `BROADSHEET_SMTP_*` and `BROADSHEET_MAIL_*` variables say."""
        return cls(from_environment(SmtpSettings))

    def written(self, message: Message) -> bytes:
        """The exact bytes that `deliver` sends, at each attempt; ValueError as in `compose`."""
        return compose(
            message, self._sender, self._settings.mail_from_name, Address.parse(message.to)
        )

    async def deliver(
        self, message: Message, before_it_counts: BeforeItCounts = unannounced
    ) -> Outcome:
        """One attempt; it counts from the final dot on. The receipt is the Message-ID."""
        try:
            to = Address.parse(message.to)
            # Attachments of megabytes take their time to encode; others are being served.
            mail = await asyncio.to_thread(self.written, message)
        except ValueError as error:
            return Outcome("refused", "", f"not sent: {error}")
        try:
            response = await self._connections.send(
                Envelope(self._sender, to, mail), before_it_counts
            )
        except SmtpFailure as failure:
            state = state_after(failure.step, failure.code)
            if failure.code is None:
                answer = f"failed at {failure.step}: {failure.text}"
            elif failure.step in _ABOUT_US:
                answer = f"our set-up was refused at {failure.step}: {failure.code} {failure.text}"
            else:
                answer = f"{failure.code} {failure.text}"
            receipt = message.message_id if state == "uncertain" else None
            return Outcome(state, self._host, answer, receipt)
        return Outcome(
            "sent", self._host, f"{response.code} {response.message}", message.message_id
        )

    async def close(self) -> None:
        """Take leave of the server."""
        await self._connections.close()
