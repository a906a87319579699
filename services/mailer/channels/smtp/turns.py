"""Whose turn it is: how many mails are on their way at once, and how many in a while.

The recipients of one domain have a share of the connections, once a mail to it has gone through;
until then they have one, because nobody knows yet whether the domain is slow. All slow domains
together have half of the connections. Mails that wait for their turn take up what a mailer has in
hand, so that those to other domains are not even begun: hence nobody waits for a domain whose mails
take long, and for any other one not for long.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
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
REMEMBERED = 1000
"""Domains that are known to be quick though no mail to them is on its way."""


class NoTurn(Exception):
    """The mail is better tried again later: why, and after how many seconds, if that is known."""

    def __init__(self, why: str, after_s: float | None = None) -> None:
        super().__init__(why)
        self.after_s = after_s


@dataclass
class _Domain:
    free: asyncio.Semaphore
    withheld: int
    """Connections of its share that it does not have yet."""
    present: int = 0
    """Mails that wait or have a turn."""
    turns: int = 0
    """Mails that have one."""
    begun: dict[object, float] = field(default_factory=dict)
    """When each of those on their way began, by the monotonic clock."""
    last_took_s: float = 0.0

    def is_slow(self, patience_s: float) -> bool:
        """Whether its mails take longer: the last one did, or one on its way does."""
        now = time.monotonic()
        longest = max((self.last_took_s, *(now - begun for begun in self.begun.values())))
        return longest > patience_s

    def give_share(self) -> None:
        """All of it, now that it is known what the domain is like."""
        for _ in range(self.withheld):
            self.free.release()
        self.withheld = 0

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
            self.give_share()


class Turns:
    """Of one process."""

    def __init__(self, settings: SmtpSettings, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._connections = asyncio.Semaphore(settings.smtp_connections)
        self._of_each = min(settings.smtp_domain_connections, settings.smtp_connections)
        self._of_slow = max(1, settings.smtp_connections // 2)
        self._domains: dict[str, _Domain] = {}
        self._quick: OrderedDict[str, None] = OrderedDict()
        self._rates = parse_many(settings.smtp_rate) if settings.smtp_rate else []
        self._domain_rates = (
            parse_many(settings.smtp_domain_rate) if settings.smtp_domain_rate else []
        )
        self._counted = MovingWindowRateLimiter(MemoryStorage())

    @asynccontextmanager
    async def taken(self, domain: str) -> AsyncIterator[None]:
        """Have one of the connections for the block, once it is time; NoTurn where it is not."""
        with self._present(domain) as of:
            await self._begin(domain, of)
            of.turns += 1
            try:
                await self._in_time(domain)
                await self._within_patience(self._connections, "too many mails are on their way")
                try:
                    with of.timed():
                        yield
                finally:
                    self._connections.release()
            finally:
                of.turns -= 1
                of.free.release()

    @contextmanager
    def _present(self, domain: str) -> Iterator[_Domain]:
        if domain not in self._domains:
            share = self._of_each if domain in self._quick else 1
            self._domains[domain] = _Domain(asyncio.Semaphore(share), self._of_each - share)
        of = self._domains[domain]
        of.present += 1
        try:
            yield of
        finally:
            of.present -= 1
            if not of.present:
                del self._domains[domain]
                self._remember(domain, of)

    def _remember(self, domain: str, of: _Domain) -> None:
        self._quick.pop(domain, None)
        # One that was slow has to show anew what it is like: it may be well again.
        if not of.withheld and not of.is_slow(self._patience_s):
            self._quick[domain] = None
        if len(self._quick) > REMEMBERED:
            self._quick.popitem(last=False)

    async def _begin(self, domain: str, of: _Domain) -> None:
        """Have one of the domain's connections, soon or not at all."""
        if slow := of.is_slow(self._patience_s):
            of.give_share()
        if slow and of.free.locked():
            raise NoTurn(f"not begun: mails to {domain} are slow, and enough are on their way")
        await self._within_patience(of.free, f"too many mails to {domain} are on their way")
        # Asked last: it may have shown itself meanwhile.
        if of.is_slow(self._patience_s) and self._slow_turns() >= self._of_slow:
            of.free.release()
            raise NoTurn(f"not begun: mails to {domain} and others are slow")

    async def _within_patience(self, free: asyncio.Semaphore, else_: str) -> None:
        try:
            async with asyncio.timeout(self._patience_s):
                await free.acquire()
        except TimeoutError:
            raise NoTurn(f"not begun: {else_}") from None

    def _slow_turns(self) -> int:
        return sum(of.turns for of in self._domains.values() if of.is_slow(self._patience_s))

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
