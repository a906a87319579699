"""Any service that Apprise knows (https://appriseit.com/services/): Teams, Discord, Telegram, …"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from services.mailer.channels import summary
from services.mailer.channels.channel import (
    BeforeItCounts,
    DestinationSettings,
    Message,
    Outcome,
    Written,
    register,
    unannounced,
)
from services.mailer.outgoing import Outgoing
from shared.destination_formats import checks

CHILD = Path(__file__).with_name("apprise_child.py")
MOST_CHARACTERS = 1500
"""Of the report's words: several services take 2,000 in all."""
_SECONDS = 90.0
_AT_ONCE = 2
"""Children; each loads the whole library and lives for one message."""
_KEPT = ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""Of our environment; what else is there is none of the library's business."""


class AppriseDestination(DestinationSettings):
    """A service that is reached over HTTPS."""

    url: SecretStr = Field(
        max_length=2000,
        json_schema_extra={"format": "apprise-url"},
        description="As Apprise writes it: discord://id/token, msteams://…, tgram://token/chat.",
    )


@register("apprise")
class AppriseChannel:
    """The report's summary with links to its files.

    Apprise opens its own connections and reads files, so it works in a process of its own that
    can reach our proxy and nothing else.
    """

    name: str
    title: ClassVar[str] = "Chat and push services (Apprise)"
    destination: ClassVar[type[DestinationSettings] | None] = AppriseDestination
    links_for: ClassVar[timedelta | None] = timedelta(days=7)
    given_up_after: ClassVar[timedelta] = timedelta(hours=24)

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing
        self._turns = asyncio.Semaphore(_AT_ONCE)

    @classmethod
    def from_environment(cls, outgoing: Outgoing) -> Self:
        """It has no settings of its own."""
        return cls(outgoing)

    async def deliver(
        self, message: Message, before_it_counts: BeforeItCounts = unannounced
    ) -> Outcome:
        """It counts from the start of the child on."""
        to = message.destination
        assert isinstance(to, AppriseDestination)
        url = to.url.get_secret_value()
        # Of the address the kind of service alone is told: what follows may be a token.
        host = urlsplit(url).scheme
        try:
            checks(self._outgoing.rules)["apprise-url"](url)
        except ValueError as error:
            return Outcome("refused", host, str(error))
        links = [f"{name}: {link}" for name, link in summary.links(message)]
        asked = {
            "url": url,
            "title": summary.title(message),
            "body": "\n".join([summary.words(message, MOST_CHARACTERS), *links]),
        }
        proxy = await self._outgoing.proxy_url()
        async with self._turns:
            await before_it_counts(
                Written.whole("text/plain", f"{asked['title']}\n\n{asked['body']}".encode())
            )
            told = await _notified(asked, proxy)
        return outcome_of(told, host)

    async def close(self) -> None:
        """Nothing is kept open."""


async def _notified(asked: Mapping[str, str], proxy: str) -> dict[str, Any] | None:
    """What the child tells; None where it tells nothing in time."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        environment |= {name: proxy, name.lower(): proxy}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(CHILD)),
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            said, _ = await child.communicate(json.dumps(asked).encode())
        told: dict[str, Any] = json.loads(said)
    except (TimeoutError, ValueError):
        return None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return told


_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3}) ([^'\")]*)")
_STATUS = re.compile(r"error=(\d{3})")


def outcome_of(told: Mapping[str, Any] | None, host: str) -> Outcome:
    """From `{"done", "warnings", "details", "reached"}` of the child.

    Apprise itself says yes or no; why, its log alone tells. `details` have addresses in them, so
    only what matches is told on.
    """
    if told is None:
        return Outcome("uncertain", host, "Apprise did not end in time")
    warnings = "; ".join(told["warnings"])
    if told["done"]:
        return Outcome("sent", host, "taken by the service")
    if not told["reached"]:
        return Outcome("refused", host, warnings or "Apprise knows no such service")
    details = "\n".join(told["details"])
    if tunnel := _TUNNEL.search(details):
        return Outcome("refused" if tunnel[1] == "403" else "deferred", host, tunnel[2])
    status = int(found[1]) if (found := _STATUS.search(warnings)) else None
    if status in (429, 503):
        return Outcome("deferred", host, warnings)
    if status is not None and 300 <= status < 500:
        return Outcome("refused", host, warnings)
    return Outcome("uncertain", host, warnings or "no answer")
