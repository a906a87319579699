"""A line in a Slack channel, by an incoming webhook."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from services.mailer.channels import slack_text
from services.mailer.channels.channel import (
    BeforeItCounts,
    DestinationSettings,
    Message,
    Outcome,
    Written,
    register,
    unannounced,
)
from services.mailer.http_client import ANSWER_S, HttpClient, NoAnswer
from services.mailer.outgoing import EgressRefused, Outgoing, Unreachable


class SlackWebhookDestination(DestinationSettings):
    """An incoming webhook, whose address is the permission to post."""

    url: SecretStr = Field(
        max_length=500,
        json_schema_extra={"format": "outgoing-url"},
        description="https://hooks.slack.com/services/…",
    )


@register("slack_webhook")
class SlackWebhookChannel:
    """The report's summary with links to its files."""

    name: str
    title: ClassVar[str] = "Slack (incoming webhook)"
    destination: ClassVar[type[DestinationSettings] | None] = SlackWebhookDestination
    links_for: ClassVar[timedelta | None] = timedelta(days=7)
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
        """It counts from the request on: Slack shows a second one as a second line."""
        to = message.destination
        assert isinstance(to, SlackWebhookDestination)
        url = to.url.get_secret_value()
        host = urlsplit(url).netloc
        body = json.dumps({"text": slack_text.written(message), "unfurl_links": False}).encode()
        await before_it_counts(Written.whole("application/json", body))
        try:
            answer = await self._http.post(
                url, body, {"Content-Type": "application/json; charset=utf-8"}
            )
        except EgressRefused as refused:
            return Outcome("refused", host, str(refused))
        except Unreachable as error:
            return Outcome("deferred", host, str(error))
        except NoAnswer as error:
            return Outcome("uncertain", host, str(error))
        if answer.status == 200:
            return Outcome("sent", host, str(answer))
        if answer.status in (429, 503):
            return Outcome("deferred", host, str(answer), retry_after_s=answer.retry_after_s)
        if answer.status >= 500:
            return Outcome("uncertain", host, str(answer))
        return Outcome("refused", host, str(answer))

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()
