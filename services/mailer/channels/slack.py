"""Files in a Slack channel, by a bot's token.

Three calls of Slack's Web API (https://docs.slack.dev/messaging/working-with-files). Its own
library is not used: the asynchronous one brings another HTTP client, the other holds each file in
memory.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, BinaryIO, ClassVar, Self
from urllib.parse import urlencode, urlsplit

from pydantic import Field, SecretStr

from services.mailer.channels import slack_text
from services.mailer.channels.channel import (
    BeforeItCounts,
    DestinationSettings,
    File,
    Message,
    Outcome,
    Written,
    register,
    unannounced,
)
from services.mailer.channels.fields import Endpoint
from services.mailer.http_client import ANSWER_S, Answer, HttpClient, NoAnswer
from services.mailer.outgoing import EgressRefused, Outgoing, Unreachable

_FORM = "application/x-www-form-urlencoded"
_CHUNK = 256 << 10
_SLOWEST = 100_000.0
"""Bytes a second: an upload slower than that is given up."""
_PASSING = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
"""Errors that say "not now"; all others want a person."""


class SlackDestination(DestinationSettings):
    """A channel of a workspace. The bot needs the scope `files:write` and to be in the channel."""

    token: SecretStr = Field(max_length=300, json_schema_extra={"pattern": r"^xox[a-z]-[!-~]+$"})
    channel_id: str = Field(
        pattern="^[CGD][A-Z0-9]{2,30}$", description="As in the channel's details: C0123ABCD."
    )
    api_url: Endpoint = Field("https://slack.com/api", description="GovSlack has another.")


class _Refusal(Exception):
    """Slack said no: its own word, and how long to wait where it says so."""

    def __init__(self, said: str, *, passing: bool, wait_s: float | None = None) -> None:
        super().__init__(said)
        self.passing = passing
        self.wait_s = wait_s


@register("slack")
class SlackChannel:
    """The report's files, with its summary as the comment."""

    name: str
    title: ClassVar[str] = "Slack (files)"
    destination: ClassVar[type[DestinationSettings] | None] = SlackDestination
    links_for: ClassVar[timedelta | None] = None
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
        """It counts from the last call on: uploaded files are seen by nobody before it."""
        to = message.destination
        assert isinstance(to, SlackDestination)
        host = urlsplit(to.api_url).netloc
        counts = False
        try:
            files = [await self._uploaded(to, file) for file in message.files]
            shared = {
                "files": json.dumps(files),
                "channel_id": to.channel_id,
                "initial_comment": slack_text.written(message),
            }
            await before_it_counts(Written.whole(_FORM, urlencode(shared).encode()))
            counts = True
            answer = await self._call(to, "files.completeUploadExternal", shared)
        except _Refusal as refusal:
            if not refusal.passing:
                return Outcome("refused", host, str(refusal))
            return Outcome("deferred", host, str(refusal), retry_after_s=refusal.wait_s)
        except EgressRefused as refused:
            return Outcome("refused", host, str(refused))
        except Unreachable as error:
            return Outcome("deferred", host, str(error))
        except NoAnswer as error:
            return Outcome("uncertain" if counts else "deferred", host, str(error))
        ids = [str(file.get("id", "")) for file in answer.get("files", ())]
        return Outcome("sent", host, f"files {', '.join(ids)}", ids[0] if ids else None)

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()

    async def _uploaded(self, to: SlackDestination, file: File) -> dict[str, str]:
        """One file, stored at Slack and shown to nobody yet."""
        about = {"filename": file.filename, "length": str(file.size)}
        place = await self._call(to, "files.getUploadURLExternal", about)
        async with file.opened() as content:
            answer = await self._http.post(
                str(place["upload_url"]),
                _chunks(content),
                {"Content-Type": "application/octet-stream", "Content-Length": str(file.size)},
                more_seconds=file.size / _SLOWEST,
            )
        _ensure_well(answer)
        return {"id": str(place["file_id"]), "title": file.filename}

    async def _call(
        self, to: SlackDestination, method: str, arguments: dict[str, str]
    ) -> dict[str, Any]:
        answer = await self._http.post(
            f"{to.api_url.rstrip('/')}/{method}",
            urlencode(arguments).encode(),
            {
                "Content-Type": _FORM,
                "Authorization": f"Bearer {to.token.get_secret_value()}",
            },
        )
        _ensure_well(answer)
        try:
            said = json.loads(answer.content)
        except ValueError:
            raise NoAnswer(f"{method}: no answer of Slack's: {answer}") from None
        if not isinstance(said, dict) or said.get("ok") is not True:
            error = str(said.get("error")) if isinstance(said, dict) else str(said)
            raise _Refusal(f"{method}: {error}", passing=error in _PASSING)
        return said


def _ensure_well(answer: Answer) -> None:
    if answer.status in (429, 503):
        raise _Refusal(str(answer), passing=True, wait_s=answer.retry_after_s)
    if answer.status >= 500:
        raise NoAnswer(str(answer))
    if answer.status != 200:
        raise _Refusal(str(answer), passing=False)


async def _chunks(content: BinaryIO) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(content.read, _CHUNK):
        yield chunk
