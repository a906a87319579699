"""Storing runs: what is asked for at the same time is written in one transaction.

A transaction costs its round trips far more than its rows: on busy cores each of them waits
for its turn twice. So while one transaction is under way, requests gather for the next, and
the more there are the less each one costs. Alone, a request is written at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from services.api import audit
from services.api.estimates import Estimates
from services.api.principals import Principal
from services.api.run_store import SERVICE
from shared.audit import record
from shared.run_requests import CreatedRun, NewRun, RunRequest, create_runs, new_run
from shared.store.engine import Store

MOST_AT_ONCE = 100
"""Runs in one transaction."""


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
    stored: asyncio.Future[StoredRun]


class Intake:
    """Writes the runs of each tenant, one transaction after the other."""

    def __init__(self, store: Store, estimates: Estimates) -> None:
        self._store = store
        self._estimates = estimates
        self._waiting: dict[UUID, list[_Asked]] = {}
        self._writers: dict[UUID, asyncio.Task[None]] = {}

    async def take(self, principal: Principal, wanted: RunRequest) -> StoredRun:
        """Store the run; IntegrityError when its idempotency key is taken."""
        tenant_id = principal.tenant_id
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
            asyncio.get_running_loop().create_future(),
        )
        self._waiting.setdefault(tenant_id, []).append(asked)
        if tenant_id not in self._writers:
            self._writers[tenant_id] = asyncio.create_task(
                self._write(tenant_id),
                name="intake",
                # Not the first one's trace and log context: it writes for all.
                context=Context(),
            )
        return await asked.stored

    async def _write(self, tenant_id: UUID) -> None:
        try:
            while waiting := self._waiting.pop(tenant_id, None):
                for start in range(0, len(waiting), MOST_AT_ONCE):
                    await self._store_and_tell(tenant_id, waiting[start : start + MOST_AT_ONCE])
        finally:
            del self._writers[tenant_id]

    async def _store_and_tell(self, tenant_id: UUID, batch: Sequence[_Asked]) -> None:
        try:
            stored = await self._store_all(tenant_id, batch)
        except IntegrityError as error:
            if len(batch) == 1:
                _tell(batch[0], error)
                return
            # One of them used a key that is taken: the others must not suffer for it.
            for asked in batch:
                await self._store_and_tell(tenant_id, [asked])
        except Exception as error:
            for asked in batch:
                _tell(asked, error)
        else:
            for asked, run in zip(batch, stored, strict=True):
                _tell(asked, run)

    async def _store_all(self, tenant_id: UUID, batch: Sequence[_Asked]) -> list[StoredRun]:
        async with self._store.tenant(tenant_id) as connection:
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


def _tell(asked: _Asked, outcome: StoredRun | Exception) -> None:
    if asked.stored.done():  # its request was cancelled
        return
    if isinstance(outcome, Exception):
        asked.stored.set_exception(outcome)
    else:
        asked.stored.set_result(outcome)
