"""One transaction for what is wanted of the store at the same time: group commit, and its reads.

A transaction costs its round trips far more than its rows: on busy cores each of them waits
for its turn twice. So while one transaction is under way, wishes gather for the next, and the
more there are the less each one costs. Alone, a wish is met at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store.engine import Store, store_is_away

MOST_AT_ONCE = 100
"""Wishes in one transaction."""

Given = TypeVar("Given")
Made = TypeVar("Made")

DoAll = Callable[[AsyncConnection, Sequence[Given]], Awaitable[Sequence[Made | Exception]]]
"""Meets some in an open transaction of their tenant; what came of each, in their order. An
exception among the results is raised to that one's caller; one that is raised undoes all."""


class Batching(Generic[Given, Made]):
    """Wishes of one kind: those of each tenant one transaction after the other."""

    def __init__(self, store: Store, do_all: DoAll[Given, Made], *, name: str) -> None:
        self._store = store
        self._do_all = do_all
        self._name = name
        self._waiting: dict[UUID, list[tuple[Given, asyncio.Future[Made]]]] = {}
        self._workers: dict[UUID, asyncio.Task[None]] = {}

    async def do(self, tenant_id: UUID, given: Given) -> Made:
        """What came of it, once that is committed. Cancelled meanwhile, it is done all the same."""
        made: asyncio.Future[Made] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(tenant_id, []).append((given, made))
        if tenant_id not in self._workers:
            self._workers[tenant_id] = asyncio.create_task(
                self._work(tenant_id),
                name=self._name,
                # Not the first one's trace and log context: it works for all.
                context=Context(),
            )
        return await made

    async def _work(self, tenant_id: UUID) -> None:
        try:
            while waiting := self._waiting.pop(tenant_id, None):
                for start in range(0, len(waiting), MOST_AT_ONCE):
                    await self._do_and_tell(tenant_id, waiting[start : start + MOST_AT_ONCE])
        finally:
            del self._workers[tenant_id]

    async def _do_and_tell(
        self, tenant_id: UUID, batch: Sequence[tuple[Given, asyncio.Future[Made]]]
    ) -> None:
        outcomes: Sequence[Made | Exception]
        try:
            async with self._store.tenant(tenant_id) as connection:
                outcomes = await self._do_all(connection, [given for given, _ in batch])
        except Exception as error:
            if len(batch) > 1 and not store_is_away(error):
                # One of them is at fault: the others must not suffer for it.
                for one in batch:
                    await self._do_and_tell(tenant_id, [one])
                return
            outcomes = [error] * len(batch)
        for (_, made), outcome in zip(batch, outcomes, strict=True):
            if made.done():  # its caller was cancelled
                continue
            if isinstance(outcome, Exception):
                made.set_exception(outcome)
            else:
                made.set_result(outcome)
