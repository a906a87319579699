"""How much a tenant may have under way: past that, 429 at once instead of a long wait."""

from __future__ import annotations

import asyncio
import math
import time
from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from services.api import run_store
from services.api.principals import Principal
from services.api.problems import Problem
from shared.store.engine import Store

_COUNTED_EVERY_SECONDS = 1.0
_RETRY_AFTER_SECONDS = 10


class Backlog:
    """Unfinished runs per tenant: counted every second, with those accepted since added."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tallies: dict[UUID, _Tally] = defaultdict(_Tally)

    async def take_one(self, principal: Principal) -> None:
        """Count one more run; Problem 429 when the tenant has too many under way."""
        tally = self._tallies[principal.tenant_id]
        # Held while counting: a burst of requests waits for one count, and all of it is counted.
        async with tally.lock:
            now = time.monotonic()
            if now - tally.counted_at > _COUNTED_EVERY_SECONDS:
                async with self._store.tenant(principal.tenant_id) as connection:
                    tally.unfinished = await run_store.unfinished(connection)
                tally.counted_at = now
            if tally.unfinished < principal.max_backlog:
                tally.unfinished += 1
                return
        raise Problem(
            429,
            f"{tally.unfinished} reports of your organisation are under way already, and "
            f"{principal.max_backlog} is the limit: try again in {_RETRY_AFTER_SECONDS} s",
            kind="backlog",
            headers={"Retry-After": str(_RETRY_AFTER_SECONDS)},
        )


@dataclass
class _Tally:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    counted_at: float = -math.inf
    unfinished: int = 0
