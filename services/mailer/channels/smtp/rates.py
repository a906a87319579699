"""How many mails go out in a while, as the operator says."""

from __future__ import annotations

import asyncio
import time

from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from services.mailer.channels.smtp.settings import SmtpSettings
from services.mailer.turns import NoTurn

LONGEST_WAIT_S = 5.0
"""Seconds that a mail waits in hand for its rate; else it is tried again later."""


class Rates:
    """Of one process."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._of_all = parse_many(settings.smtp_rate) if settings.smtp_rate else []
        self._of_each = parse_many(settings.smtp_domain_rate) if settings.smtp_domain_rate else []
        self._counted = MovingWindowRateLimiter(MemoryStorage())

    async def waited_for(self, domain: str) -> None:
        """Return once a mail to the domain may go out, and count it; NoTurn if that takes long."""
        for rates, key in ((self._of_all, ""), (self._of_each, domain)):
            for rate in rates:
                await self._within(rate, key)

    async def _within(self, rate: RateLimitItem, key: str) -> None:
        while not await self._counted.hit(rate, key):
            left = (await self._counted.get_window_stats(rate, key)).reset_time - time.time()
            if left > LONGEST_WAIT_S:
                whom = f"mails to {key}" if key else "mails"
                raise NoTurn(f"no more than {rate} {whom} go out", left)
            await asyncio.sleep(max(left, 0.01))
