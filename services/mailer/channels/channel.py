"""What a channel is: it takes one message to one recipient and says what became of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal, Protocol, Self, TypeVar
from uuid import UUID

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

    def __post_init__(self) -> None:
        words = " ".join("".join(c if c.isprintable() else " " for c in self.answer).split())
        if len(words) > MAX_ANSWER:
            words = words[: MAX_ANSWER - 1] + "…"
        object.__setattr__(self, "answer", words)


@dataclass(frozen=True)
class Attachment:
    """One file of the message."""

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
class Message:
    """One message to one recipient. The same delivery has the same bytes at every attempt."""

    delivery_id: UUID
    to: str
    """The channel's own kind of address; e-mail: `local@domain`, no display name."""
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


BeforeItCounts = Callable[[], Awaitable[None]]
"""Awaited once, just before the step after which the other side may have the message. What it
raises ends the attempt there, with nothing delivered, and reaches the caller."""


async def unannounced() -> None:
    """For a caller who need not know when it counts."""


class Channel(Protocol):
    """A way to reach recipients. One instance serves a whole process, many at once."""

    name: str
    """What `deliver_to[].channel` of a request names."""

    @classmethod
    def from_environment(cls) -> Self:
        """The channel with its own settings; ValueError where one is missing or wrong."""
        ...

    async def deliver(
        self, message: Message, before_it_counts: BeforeItCounts = unannounced
    ) -> Outcome:
        """Make one attempt. Every failure of the other side or of the message is an outcome.

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


def message_id(delivery_id: UUID, domain: str) -> str:
    """The Message-ID (RFC 5322 section 3.6.4) of a delivery: the same at every attempt.

    Mail programmes and servers drop a second copy by it. `domain` is ASCII, one that the
    operator owns.
    """
    if not domain.isascii() or not domain or any(c in "<>@" or c <= " " for c in domain):
        raise ValueError(f"{domain!r} is no domain for a Message-ID: give its ASCII form")
    return f"<{delivery_id}@{domain}>"
