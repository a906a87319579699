"""One stage of a run: claim it, work with no transaction open, finish it in one commit.

Whoever claims a stage holds its lease (`shared.lease`). What goes wrong meanwhile leads to a later
try, to giving up, or to handing back (`shared.attempt`).
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import (
    ColumnElement,
    Insert,
    RowMapping,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from shared import outbox, runs, telemetry
from shared.attempt import Endings, attempt
from shared.backoff import retry_delay
from shared.errors import TransientError
from shared.events import Event, ReportAggregated, ReportRequested
from shared.giving_way import give_way
from shared.lease import RELEASED, Lease, LeaseLostError, lease_end
from shared.runs import Run
from shared.settings import ServiceSettings
from shared.states import RunStatus
from shared.store import tables
from shared.store.engine import Store
from shared.topology import AGGREGATOR, RENDERER, Consumption

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Stage:
    """What sets one stage apart from another."""

    name: str
    consumption: Consumption
    waiting: RunStatus
    """The status in which a run waits for this stage."""
    working: RunStatus
    """The status in which a worker holds it."""
    done: RunStatus

    def event_for(self, run: Run) -> Event:
        """The event that asks for this stage, built again from the run."""
        return run.requested() if self.consumption.event is ReportRequested else run.aggregated()


AGGREGATE = Stage(
    "aggregate", AGGREGATOR, RunStatus.REQUESTED, RunStatus.AGGREGATING, RunStatus.AGGREGATED
)
RENDER = Stage("render", RENDERER, RunStatus.AGGREGATED, RunStatus.RENDERING, RunStatus.COMPLETED)
STAGES = (AGGREGATE, RENDER)

Finish = Callable[[AsyncConnection, Run], Awaitable[dict[str, Any]]]
"""Writes a stage's effect in the finishing transaction; returns the run's new column values, a
`status` among them where the run goes on past the stage's own at once."""

Work = Callable[[Run, RowMapping, Lease], Awaitable[Finish]]
"""Does a stage's work with no transaction open; the row holds what `also_read` asked for. What it
writes on its way it writes while it holds the lease: `Lease.extend` in the same transaction."""


def _remember_and_record(stage: Stage, service: str) -> Insert:
    """The inbox row and the timeline's line of a finished stage, in one round trip."""
    remembered = (
        insert(tables.inbox)
        .values(
            tenant_id=bindparam("of_tenant"),
            consumer=stage.consumption.name,
            event_id=bindparam("of_event"),
        )
        .cte("remembered")
    )
    return (
        insert(tables.timeline)
        .values(
            tenant_id=bindparam("of_tenant"),
            run_id=bindparam("of_run"),
            stage=stage.done,
            service=service,
            duration_ms=bindparam("took_ms"),
            attempt=bindparam("in_attempt"),
        )
        .add_cte(remembered)
    )


def _claim_statement(
    stage: Stage,
    owner: str,
    lease_seconds: float,
    also_read: Sequence[ColumnElement[Any]],
    unless: Sequence[ColumnElement[bool]],
) -> ReturningUpdate[Any]:
    """Take the run, if it waits for this stage and the event has had no effect yet."""
    runs_, inbox = tables.runs, tables.inbox
    seen = select(inbox.c.event_id).where(
        inbox.c.consumer == stage.consumption.name, inbox.c.event_id == bindparam("event_id")
    )
    return (
        update(runs_)
        .where(
            runs_.c.id == bindparam("event_run"),
            runs_.c.generation == bindparam("event_generation"),
            runs_.c.status == stage.waiting,
            ~seen.exists(),
            *(~condition for condition in unless),
        )
        .values(
            status=stage.working,
            attempt=runs_.c.attempt + 1,
            started_at=func.coalesce(runs_.c.started_at, func.now()),
            lease_token=bindparam("lease_token"),
            lease_owner=owner,
            lease_until=lease_end(lease_seconds),
        )
        .returning(runs_, *also_read)
    )


class StageWorker:
    """Runs one stage in one service."""

    def __init__(
        self,
        stage: Stage,
        store: Store,
        settings: ServiceSettings,
        *,
        service: str,
        owner: str,
        also_read: Sequence[ColumnElement[Any]] = (),
        unless: Sequence[ColumnElement[bool]] = (),
    ) -> None:
        """`also_read`: labelled scalar subqueries about the run, read in the claim itself.

        A transaction of their own would cost as much as the claim. `unless`: conditions under
        which a run is not to be claimed now.
        """
        self._stage = stage
        self._store = store
        self._settings = settings
        self._service = service
        self._claim_statement = _claim_statement(
            stage, owner, settings.lease_seconds, also_read, unless
        )
        self._remember_and_record = _remember_and_record(stage, service)

    async def run(self, event: ReportRequested | ReportAggregated, work: Work) -> bool:
        """Claim the run, do `work` (no transaction open), and commit its effect.

        False, and nothing is done, when the event has had its effect already, the run is final,
        another worker holds a live lease (the reaper re-queues it should that worker die), or it
        is not to be claimed now.
        """
        token = uuid4()
        row = await self._claim(event, token)
        if row is None:
            log.info("nothing to do", stage=self._stage.name)
            return False
        run = Run.of(row)
        lease = Lease(
            self._store, tables.runs, run.id, run.tenant_id, token, self._settings.lease_seconds
        )
        endings = Endings(
            try_later=partial(self._try_later, run, lease),
            give_up=partial(self._give_up, run, lease),
            hand_back=partial(self._hand_back, run, lease),
        )
        await attempt(
            self._work_and_finish(event, run, row, lease, work), endings, stage=self._stage.name
        )
        return True

    async def _work_and_finish(
        self, event: Event, run: Run, row: RowMapping, lease: Lease, work: Work
    ) -> None:
        started = time.monotonic()
        async with lease.kept_alive():
            await give_way()
            finish = await work(run, row, lease)
        await self._finish(event, run, lease, finish, started)

    async def _claim(self, event: Event, token: UUID) -> RowMapping | None:
        claim = {
            "event_run": event.run_id,
            "event_generation": event.generation,
            "event_id": event.id,
            "lease_token": token,
        }
        try:
            async with self._store.tenant(event.tenant_id) as connection:
                claimed = await connection.execute(self._claim_statement, claim)
                row: RowMapping | None = claimed.mappings().first()
        except IntegrityError:
            # Of two that may not be worked on together, the other was claimed this very moment.
            return None
        return row

    async def _finish(
        self, event: Event, run: Run, lease: Lease, finish: Finish, started: float
    ) -> None:
        duration = time.monotonic() - started
        async with self._store.tenant(run.tenant_id) as connection:
            values = await finish(connection, run)
            ended = {"status": self._stage.done, "attempt": 0, **RELEASED, **values}
            await lease.write(connection, **ended)
            await connection.execute(
                self._remember_and_record,
                {
                    "of_tenant": run.tenant_id,
                    "of_event": event.id,
                    "of_run": run.id,
                    "took_ms": round(duration * 1000),
                    "in_attempt": run.attempt,
                },
            )
        telemetry.RUNS.labels(run.report_type, ended["status"]).inc()
        telemetry.STAGE_SECONDS.labels(self._stage.name).observe(time.monotonic() - started)
        log.info(
            "stage done",
            stage=self._stage.name,
            attempt=run.attempt,
            duration_ms=round(duration * 1000),
        )

    async def _try_later(self, run: Run, lease: Lease, error: TransientError) -> None:
        if run.attempt >= self._settings.max_attempts:
            await self._give_up(
                run, lease, error.code, f"{error.message} (tried {run.attempt} times)"
            )
            return
        delay = retry_delay(run.attempt, self._settings.retry_base_seconds, random.random())
        log.warning("stage is tried again", code=error.code, reason=error.message, delay=str(delay))
        with contextlib.suppress(LeaseLostError):
            async with self._store.tenant(run.tenant_id) as connection:
                await self._release(connection, run, lease, attempt=run.attempt, delay=delay)
                await runs.record(
                    connection, run, "retry", self._service, detail=f"{error.code}: {error.message}"
                )
        telemetry.EVENTS_RETRIED.labels(self._stage.consumption.name).inc()

    async def _give_up(self, run: Run, lease: Lease, code: str, message: str) -> None:
        log.error("run failed", code=code, reason=message, stage=self._stage.name)
        async with self._store.tenant(run.tenant_id) as connection:
            await runs.fail(
                connection,
                run,
                service=self._service,
                stage=self._stage.name,
                code=code,
                message=message,
                lease_token=lease.token,
            )

    async def _hand_back(self, run: Run, lease: Lease) -> None:
        # Not left to the broker's redelivery: that may reach another worker before this commit
        # and find the lease still held.
        with contextlib.suppress(LeaseLostError):
            async with self._store.tenant(run.tenant_id) as connection:
                await self._release(connection, run, lease, attempt=run.attempt - 1)
        log.info("stage handed back", stage=self._stage.name)

    async def _release(
        self,
        connection: AsyncConnection,
        run: Run,
        lease: Lease,
        *,
        attempt: int,
        delay: timedelta = timedelta(0),
    ) -> None:
        """Let go of the run and ask for the stage again, after `delay`."""
        await lease.write(connection, status=self._stage.waiting, attempt=attempt, **RELEASED)
        await outbox.add_for(
            connection,
            self._stage.consumption,
            self._stage.event_for(run),
            source=self._service,
            delay=delay,
        )
