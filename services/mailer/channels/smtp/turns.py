"""Whose turn it is: how many mails are on their way at once, and how many in a while.

The recipients of one domain have a share of the connections. Mails that wait for their turn take
up what a mailer has in hand, so that those to other domains are not even begun: hence nobody waits
for a domain whose mails take long, and for any other one not for long.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from services.mailer.channels.smtp.settings import SmtpSettings

PATIENCE_S = 10.0
"""A mail that is on its way for longer shows that its domain is slow; nor does one wait longer
for its domain."""
LONGEST_WAIT_S = 5.0
"""Seconds that a mail waits in hand for its rate; else it is tried again later."""


class NoTurn(Exception):
    """The mail is better tried again later: why, and after how many seconds, if that is known."""

    def __init__(self, why: str, after_s: float | None = None) -> None:
        super().__init__(why)
        self.after_s = after_s


@dataclass
class _Domain:
    free: asyncio.Semaphore
    present: int = 0
    """Mails that wait or are on their way."""
    begun: dict[object, float] = field(default_factory=dict)
    """When each of those on their way began, by the monotonic clock."""
    last_took_s: float = 0.0

    def is_slow(self, patience_s: float) -> bool:
        """Whether its mails take longer: the last one did, or one on its way does."""
        now = time.monotonic()
        longest = max((self.last_took_s, *(now - begun for begun in self.begun.values())))
        return longest > patience_s

    @contextmanager
    def timed(self) -> Iterator[None]:
        """A mail is on its way for the block."""
        mark, began = object(), time.monotonic()
        self.begun[mark] = began
        try:
            yield
        finally:
            del self.begun[mark]
            self.last_took_s = time.monotonic() - began


class Turns:
    """Of one process."""

    def __init__(self, settings: SmtpSettings, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._connections = asyncio.Semaphore(settings.smtp_connections)
        self._of_each = min(settings.smtp_domain_connections, settings.smtp_connections)
        self._domains: dict[str, _Domain] = {}
        self._rates = parse_many(settings.smtp_rate) if settings.smtp_rate else []
        self._domain_rates = (
            parse_many(settings.smtp_domain_rate) if settings.smtp_domain_rate else []
        )
        self._counted = MovingWindowRateLimiter(MemoryStorage())

    @asynccontextmanager
    async def taken(self, domain: str) -> AsyncIterator[None]:
        """Have one of the connections for the block, once it is time; NoTurn where it is not."""
        of = self._domains.setdefault(domain, _Domain(asyncio.Semaphore(self._of_each)))
        of.present += 1
        try:
            await self._begin(domain, of)
            try:
                await self._in_time(domain)
                async with self._connections:
                    with of.timed():
                        yield
            finally:
                of.free.release()
        finally:
            of.present -= 1
            if not of.present:
                self._domains.pop(domain, None)

    async def _begin(self, domain: str, of: _Domain) -> None:
        """Have one of the domain's connections, soon or not at all."""
        if of.free.locked() and of.is_slow(self._patience_s):
            raise NoTurn(f"not begun: mails to {domain} are slow, and enough are on their way")
        try:
            async with asyncio.timeout(self._patience_s):
                await of.free.acquire()
        except TimeoutError:
            raise NoTurn(f"not begun: too many mails to {domain} are on their way") from None

    async def _in_time(self, domain: str) -> None:
        for rates, key in ((self._rates, ""), (self._domain_rates, domain)):
            for rate in rates:
                await self._within(rate, key)

    async def _within(self, rate: RateLimitItem, key: str) -> None:
        while not await self._counted.hit(rate, key):
            left = (await self._counted.get_window_stats(rate, key)).reset_time - time.time()
            if left > LONGEST_WAIT_S:
                whom = f"mails to {key}" if key else "mails"
                raise NoTurn(f"not begun: no more than {rate} {whom} go out", left)
            await asyncio.sleep(max(left, 0.01))
