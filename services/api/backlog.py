"""How much a tenant may have under way: past that, 429 at once instead of a long wait."""

from __future__ import annotations

import time
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
        self._counts: dict[UUID, tuple[float, int]] = {}

    async def take_one(self, principal: Principal) -> None:
        """Count one more run; Problem 429 when the tenant has too many under way."""
        now = time.monotonic()
        counted_at, count = self._counts.get(principal.tenant_id, (-1e9, 0))
        if now - counted_at > _COUNTED_EVERY_SECONDS:
            # Noted first, so that a burst of requests counts once and not two hundred times.
            self._counts[principal.tenant_id] = (now, count)
            async with self._store.tenant(principal.tenant_id) as connection:
                count = await run_store.unfinished(connection)
            counted_at = now
        if count >= principal.max_backlog:
            raise Problem(
                429,
                f"{count} reports of your organisation are under way already, and "
                f"{principal.max_backlog} is the limit: try again in {_RETRY_AFTER_SECONDS} s",
                kind="backlog",
                headers={"Retry-After": str(_RETRY_AFTER_SECONDS)},
            )
        self._counts[principal.tenant_id] = (counted_at, count + 1)
