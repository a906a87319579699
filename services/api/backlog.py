"""How much a tenant may have under way: past that, 429 at once instead of a long wait."""

from __future__ import annotations

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from services.api import run_store
from services.api.principals import Principal
from services.api.problems import Problem
from shared.store.engine import Store

_COUNTED_EVERY_SECONDS = 1.0
_RETRY_AFTER_SECONDS = 10


class Backlog:
    """Unfinished runs per tenant: counted every second, with those accepted since added.

    Exact within a process: what was let in and is not committed yet counts as well. Several
    processes may together let in what each of them lets in within a second.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tallies: dict[UUID, _Tally] = defaultdict(_Tally)

    @asynccontextmanager
    async def room_for_one(self, principal: Principal) -> AsyncIterator[None]:
        """One more run, which is committed inside the block, or is none if that raises.

        Problem 429 when the tenant has too many under way.
        """
        tally = self._tallies[principal.tenant_id]
        await self._take(tally, principal)
        try:
            yield
        except Exception:
            # Only what was refused: of a request that is cancelled the run may be written yet,
            # and the next count tells.
            tally.unfinished -= 1
            raise
        finally:
            tally.uncommitted -= 1

    async def _take(self, tally: _Tally, principal: Principal) -> None:
        # Held while counting: a burst of requests waits for one count, and all of it is counted.
        async with tally.lock:
            now = time.monotonic()
            if now - tally.counted_at > _COUNTED_EVERY_SECONDS:
                # Some of them commit before the count sees them, and count twice until the next
                # one; not to count them would let in too many.
                uncommitted = tally.uncommitted
                async with self._store.tenant(principal.tenant_id) as connection:
                    committed = await run_store.unfinished(connection)
                tally.unfinished = committed + uncommitted
                tally.counted_at = now
            if tally.unfinished < principal.max_backlog:
                tally.unfinished += 1
                tally.uncommitted += 1
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
    uncommitted: int = 0
    """Of those, what was let in and has not been committed yet."""
