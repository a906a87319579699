"""Storing runs: what is asked for at the same time is written in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.api import audit
from services.api.estimates import Estimates
from services.api.principals import Principal
from services.api.run_store import SERVICE
from shared.audit import record
from shared.batching import Batching
from shared.run_requests import CreatedRun, NewRun, RunRequest, create_runs, new_run
from shared.store.engine import Store


@dataclass(frozen=True)
class StoredRun:
    """A run as it was written, and how long it is likely to take."""

    created: CreatedRun
    eta_seconds: float | None


@dataclass(frozen=True)
class _Asked:
    new: NewRun
    entry: dict[str, Any]
    """Of the audit log."""


class Intake:
    """Writes the runs of each tenant, one transaction after the other."""

    def __init__(self, store: Store, estimates: Estimates) -> None:
        self._estimates = estimates
        self._runs = Batching(store, self._store_all, name="intake")

    async def take(self, principal: Principal, wanted: RunRequest) -> StoredRun:
        """Store the run; IntegrityError when its idempotency key is taken."""
        asked = _Asked(
            # Built here, where the request's trace is at hand.
            new_run(wanted, service=SERVICE),
            audit.entry(
                principal,
                "report.requested",
                f"report/{wanted.id}",
                type=wanted.report_type,
                recipients=[recipient.to for recipient in wanted.recipients],
                **_made_of(wanted),
            ),
        )
        return await self._runs.do(principal.tenant_id, asked)

    async def _store_all(
        self, connection: AsyncConnection, batch: Sequence[_Asked]
    ) -> list[StoredRun]:
        created = await create_runs(connection, [asked.new for asked in batch])
        await record(connection, *(asked.entry for asked in batch))
        return [
            StoredRun(one, await self._estimates.eta_seconds(connection, one.run))
            for one in created
        ]


def _made_of(wanted: RunRequest) -> dict[str, str]:
    """Which saved things were run, for the audit log."""
    saved = {"definition": wanted.definition_id, "schedule": wanted.schedule_id}
    return {name: str(identifier) for name, identifier in saved.items() if identifier is not None}
