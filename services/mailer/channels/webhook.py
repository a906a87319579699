"""Webhooks as Standard Webhooks describes them (https://www.standardwebhooks.com)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from services.mailer.channels.channel import (
    BeforeItCounts,
    DestinationSettings,
    Message,
    Outcome,
    Written,
    register,
    unannounced,
)
from services.mailer.channels.fields import Url
from services.mailer.http_client import ANSWER_S, Answer, HttpClient, NoAnswer
from services.mailer.outgoing import EgressRefused, Outgoing, Unreachable

# 24 to 64 bytes in base64, as the specification has them.
_SECRET = r"^whsec_[A-Za-z0-9+/]{32,88}={0,2}$"  # noqa: S105  # what a secret looks like
Secret = Annotated[SecretStr, Field(json_schema_extra={"pattern": _SECRET})]


class WebhookDestination(DestinationSettings):
    """An address that takes POST requests."""

    url: Url
    secret: Secret = Field(
        description="`whsec_` and 24 to 64 random bytes in base64.",
        json_schema_extra={"pattern": _SECRET, "x-previous": "previous_secret"},
    )
    previous_secret: Secret | None = Field(
        None,
        description="Signs as well, until it is set to null. A new `secret` moves the one before "
        "it here by itself.",
    )


@register("webhook")
class WebhookChannel:
    """The event `report.rendered` with links to the files, signed.

    A second attempt has the same `webhook-id`, by which the other side knows it.
    """

    name: str
    title: ClassVar[str] = "Webhook"
    destination: ClassVar[type[DestinationSettings] | None] = WebhookDestination
    links_for: ClassVar[timedelta | None] = timedelta(hours=1)
    given_up_after: ClassVar[timedelta] = timedelta(hours=24)

    def __init__(self, outgoing: Outgoing, answer_s: float = ANSWER_S) -> None:
        self._http = HttpClient(outgoing, answer_s)

    @classmethod
    def from_environment(cls, outgoing: Outgoing) -> Self:
        """It has no settings of its own."""
        return cls(outgoing)

    async def deliver(
        self, message: Message, before_it_counts: BeforeItCounts = unannounced
    ) -> Outcome:
        """It never counts: who has seen its id does nothing more. Only an answer 2xx is taken."""
        to = message.destination
        assert isinstance(to, WebhookDestination)
        host = urlsplit(to.url).netloc
        message_id = webhook_id(message)
        body = json.dumps(payload(message), ensure_ascii=False)
        keys = [key for key in (to.secret, to.previous_secret) if key is not None]
        headers = {"Content-Type": "application/json"} | signed(
            message_id, body, keys, datetime.now(UTC)
        )
        written = Written.whole("application/json", body.encode())
        try:
            answer = await self._http.post(to.url, written.head, headers)
        except EgressRefused as refused:
            return Outcome("refused", host, str(refused))
        except Unreachable as error:
            return Outcome("deferred", host, str(error))
        except NoAnswer as error:
            return Outcome("deferred", host, str(error), written=written)
        return replace(outcome_of(answer, host, message_id), written=written)

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()


def webhook_id(message: Message) -> str:
    """The delivery's id, and the number of the copy where somebody wanted another one."""
    return message.message_id.strip("<>").partition("@")[0]


def outcome_of(answer: Answer, host: str, message_id: str) -> Outcome:
    """What an answer means (Standard Webhooks, "Considerations for producers")."""
    said = str(answer)
    if 200 <= answer.status < 300:
        return Outcome("sent", host, said, message_id)
    if answer.status == 410:
        return Outcome("refused", host, said, gone=True)
    if 300 <= answer.status < 400:
        return Outcome("refused", host, f"{said} (redirects are not followed: save where it leads)")
    wait = answer.retry_after_s if answer.status in (429, 503) else None
    return Outcome("deferred", host, said, retry_after_s=wait)


def payload(message: Message) -> dict[str, Any]:
    """What is sent: the event as the broker has it, with a link in each of its files."""
    assert message.about is not None
    event = dict(message.about.event)
    links = {file.format: file.link for file in message.files}
    event["artifacts"] = [
        artifact | {"filename": file.filename, "url": links[file.format]}
        for artifact in event.get("artifacts", ())
        for file in message.files
        if file.format == artifact["format"]
    ]
    return {
        "type": "destination.test" if message.about.is_test else "report.rendered",
        "timestamp": message.date.astimezone(UTC).isoformat(),
        "data": event | {"definition": message.about.definition},
    }


def signed(message_id: str, body: str, keys: list[SecretStr], now: datetime) -> dict[str, str]:
    """The headers, with a signature by each key."""
    # Imported here: it is not needed before somebody has a webhook.
    from standardwebhooks.webhooks import Webhook

    signatures = [Webhook(key.get_secret_value()).sign(message_id, now, body) for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
