"""Whose turn it is: how many mails are on their way at once, and how many in a while.

The recipients of one domain have a share of the connections, so that a domain whose mails take
minutes does not keep those of others waiting.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from services.mailer.channels.smtp.settings import SmtpSettings

STUCK_S = 10.0
"""A mail that is on its way for longer shows that its domain is slow."""
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
    waiting: int = 0
    begun: dict[object, float] = field(default_factory=dict)
    """When each of those on their way began, by the monotonic clock."""


class Turns:
    """Of one process."""

    def __init__(self, settings: SmtpSettings) -> None:
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
        self._ensure_not_stuck(domain, of)
        of.waiting += 1
        mark = object()
        try:
            async with of.free:
                await self._in_time(domain)
                async with self._connections:
                    of.begun[mark] = time.monotonic()
                    yield
        finally:
            of.waiting -= 1
            of.begun.pop(mark, None)
            if not of.waiting:
                self._domains.pop(domain, None)

    def _ensure_not_stuck(self, domain: str, of: _Domain) -> None:
        """Those who would only wait behind slow ones make room for mails to others."""
        now = time.monotonic()
        slow = sum(now - begun > STUCK_S for begun in of.begun.values())
        if slow >= self._of_each:
            raise NoTurn(f"not begun: {slow} mails to {domain} are slow, and this one waits")

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
