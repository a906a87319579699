"""What a channel is: it takes one message to one recipient and says what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, BinaryIO, ClassVar, Literal, Protocol, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.mailer.outgoing import Outgoing

MAX_ANSWER = 500
"""Characters kept of what the other side said; the ledger is no place for a whole page."""

State = Literal["sent", "refused", "deferred", "uncertain"]
"""`sent`: the other side took it. `refused`: trying again cannot help. `deferred`: it did
not get it, and trying again may help. `uncertain`: it may have it, and nobody can tell."""


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt."""

    state: State
    host: str
    """Whom we talked to, `host:port`; empty when nobody was."""
    answer: str
    """Their own words, on one line; ours where they said nothing."""
    receipt: str | None = None
    """What the recipient can be asked for (e-mail: the Message-ID); only when it may be there."""
    retry_after_s: float | None = None
    """Seconds to wait as the other side asked; None leaves it to the mailer's own backoff."""
    gone: bool = False
    """The destination wants no more, ever: it is disabled until somebody enables it again."""
    written: Written | None = None
    """What was sent, for the ledger, where it was not announced before it counted."""

    def __post_init__(self) -> None:
        words = " ".join("".join(c if c.isprintable() else " " for c in self.answer).split())
        if len(words) > MAX_ANSWER:
            words = words[: MAX_ANSWER - 1] + "…"
        object.__setattr__(self, "answer", words)


@dataclass(frozen=True)
class File:
    """One file of the run, of any size, read as a stream."""

    format: str
    filename: str
    media_type: str
    """`type/subtype`, with parameters if need be."""
    size: int
    """Bytes."""
    sha256: str
    """In hex."""
    opened: Callable[[], AbstractAsyncContextManager[BinaryIO]]
    """The file on this machine, for the length of the block."""
    link: str | None = None
    """Where it can be fetched without a token, for as long as the channel's `links_for` says."""
    page: str | None = None
    """The same for people: a page that says what it is and gives it on a click."""


@dataclass(frozen=True)
class About:
    """What the message brings, in words that go into names of files and summaries."""

    tenant: str
    """Its slug."""
    definition: str
    """The definition's name; the report type's where it was asked for without one."""
    report_type: str
    run_id: UUID
    slice_id: UUID | None = None
    """Which part of a burst it is."""
    event: Mapping[str, Any] = field(default_factory=dict)
    """The `report.rendered` event of the run, as JSON."""
    is_test: bool = False
    """There is no run: somebody tests the destination."""


class DestinationSettings(BaseModel):
    """What a destination of a channel says. Secrets are fields of their own, of SecretStr.

    Its JSON Schema is what the api checks when one is saved (`shared.destination_formats` has
    the formats that go beyond JSON Schema).
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, regex_engine="python-re"
    )


@dataclass(frozen=True)
class Attachment:
    """One file within the message itself, for channels that carry them there."""

    filename: str
    media_type: str
    """`type/subtype`, with parameters if need be."""
    content: bytes


@dataclass(frozen=True)
class Picture(Attachment):
    """One that the HTML shows."""

    content_id: str
    """What follows `cid:` there (RFC 2392), without angle brackets."""


@dataclass(frozen=True)
class Body:
    """What every recipient of a report is mailed alike, made once and stored."""

    key: str
    """Where it is stored."""
    content: bytes
    dot_stuffed: bytes
    """As SMTP transfers it."""
    dkim_hash: str
    """As signatures name it."""


@dataclass(frozen=True)
class Message:
    """One message to one recipient. The same delivery has the same bytes at every attempt."""

    delivery_id: UUID
    to: str
    """The channel's own kind of address; e-mail: `local@domain`, no display name; elsewhere the
    name of a destination."""
    subject: str
    html: str
    text: str
    attachments: tuple[Attachment, ...]
    message_id: str
    """`<…@…>` with its angle brackets: see `message_id`."""
    date: datetime
    """When the message was written, with its offset; not when an attempt is made."""
    pictures: tuple[Picture, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    """Further header fields (name, value), such as Reply-To or List-Unsubscribe."""
    files: tuple[File, ...] = ()
    """Every file of the run; `attachments` are those that are carried in the message."""
    body: Body | None = None
    """In place of `html`, `text`, `attachments` and `pictures`: what is stored already."""
    sender_name: str | None = None
    """The name beside our address; None: the operator's."""
    destination: DestinationSettings | None = None
    """Its settings, of the class that the channel names."""
    about: About | None = None
    """Always there for a channel with destinations."""


@dataclass(frozen=True)
class Written:
    """The exact bytes that go over the wire, for the ledger: `head`, then a stored blob."""

    media_type: str
    head: bytes
    """What only this recipient gets."""
    body_key: str | None
    """Where the rest is stored, which others get as well; None: there is no more."""
    sha256: str
    """Of both together."""
    size: int

    @classmethod
    def whole(cls, media_type: str, content: bytes) -> Self:
        """Of what nobody else gets."""
        sha256 = hashlib.sha256(content).hexdigest()
        return cls(media_type, content, None, sha256, len(content))


class BeforeItCounts(Protocol):
    """Awaited once, just before the step after which the other side may have the message.

    With what it then has, where the ledger is to keep that. What it raises ends the attempt there,
    with nothing delivered, and reaches the caller.
    """

    async def __call__(self, written: Written | None = None, /) -> None: ...


async def unannounced(written: Written | None = None, /) -> None:
    """For a caller who need not know when it counts."""


class Channel(Protocol):
    """A way to reach recipients. One instance serves a whole process, many at once."""

    name: str
    """What `deliver_to[].channel` of a request names."""
    title: ClassVar[str]
    """For people: `Amazon S3 and compatible`."""
    destination: ClassVar[type[DestinationSettings] | None]
    """What a destination says; None where recipients have addresses of their own, as e-mail."""
    links_for: ClassVar[timedelta | None]
    """How long the links to the files have to work; None: it sends none."""
    given_up_after: ClassVar[timedelta]
    """How long a delivery that is not taken is tried again, from its first attempt on."""

    @classmethod
    def from_environment(cls, outgoing: Outgoing) -> Self:
        """The channel with its own settings; ValueError where one is missing or wrong.

        Opens no connection, and imports nothing large: that waits for the first message.
        """
        ...

    async def deliver(
        self, message: Message, before_it_counts: BeforeItCounts = unannounced
    ) -> Outcome:
        """Make one attempt. Every failure of the other side or of the message is an outcome.

        `before_it_counts` is not awaited by channels where a second attempt changes nothing for
        whoever is at the other end (the same object, the same file, the same `webhook-id`): they
        are never `uncertain`, and a mailer that died tries again.

        Cancelled before `before_it_counts` returned, nothing was delivered; afterwards nobody
        can tell, and the caller calls it `uncertain`.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; the channel is not used afterwards."""
        ...


_channels: dict[str, type[Channel]] = {}
channels: Mapping[str, type[Channel]] = MappingProxyType(_channels)
"""Every registered channel by its name."""

_Kind = TypeVar("_Kind", bound=type[Channel])


def register(name: str) -> Callable[[_Kind], _Kind]:
    """Class decorator: the channel of that name. A second one of the same name is an error."""

    def add(kind: _Kind) -> _Kind:
        if name in _channels:
            raise ValueError(
                f"two channels are called {name!r}: {_channels[name].__qualname__} and "
                f"{kind.__qualname__}; rename one of them"
            )
        kind.name = name
        _channels[name] = kind
        return kind

    return add


def message_id(delivery_id: UUID, domain: str, copy: int = 0) -> str:
    """The Message-ID (RFC 5322 section 3.6.4) of a delivery: the same at every attempt.

    Mail programmes and servers drop a second copy by it; `copy` counts those that somebody
    wanted. `domain` is ASCII, one that the operator owns.
    """
    if not domain.isascii() or not domain or any(c in "<>@" or c <= " " for c in domain):
        raise ValueError(f"{domain!r} is no domain for a Message-ID: give its ASCII form")
    numbered = f"{delivery_id}.{copy}" if copy else str(delivery_id)
    return f"<{numbered}@{domain}>"
