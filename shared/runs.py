"""Transitions of a run that more than one service makes, each fenced or guarded.

All take an open transaction, read nothing they do not return, and never commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import outbox, telemetry
from shared.delivery_options import DeliveryOptions
from shared.events import (
    ReportAggregated,
    ReportCancelled,
    ReportFailed,
    ReportRequested,
    ReportSkipped,
    SnapshotReference,
)
from shared.format_options import FormatOptions
from shared.lease import RELEASED
from shared.states import DeliveryStatus, Lane, RunStatus, states_that_lead_to
from shared.store import tables
from shared.store.many_rows import add_all
from shared.topology import AGGREGATOR


@dataclass(frozen=True)
class Run:
    """A run as a worker sees it: the row, read when it was claimed."""

    id: UUID
    tenant_id: UUID
    report_type: str
    source: str
    first_day: date
    last_day: date
    timezone: str
    parameters: dict[str, Any]
    language: str
    """Of the whole report, as a BCP 47 tag."""
    formats: tuple[str, ...]
    format_options: FormatOptions
    delivery_options: DeliveryOptions
    lane: Lane
    status: RunStatus
    generation: int
    attempt: int
    created_at: datetime
    started_at: datetime | None
    as_of: datetime | None
    snapshot_key: str | None
    snapshot_sha256: str | None
    snapshot_rows: int | None
    snapshot_available_rows: int | None
    """How many there were before a limit of the request."""
    snapshot_of: UUID | None
    """The run that made its snapshot; None where it is its own."""
    supersedes: UUID | None
    """The earlier one that it corrects."""
    schedule_id: UUID | None
    condition: dict[str, Any] | None
    """A `shared.conditions.Condition` as JSON."""
    banner: str | None
    """A `shared.banners.Banner`, as it is stored."""
    work_key: str | None
    """By which it shares a snapshot with others; None: it does not."""
    freshness_seconds: int

    @classmethod
    def of(cls, row: RowMapping) -> Run:
        """From a row of `runs`."""
        return cls(
            **{name: row[name] for name in cls.__dataclass_fields__ if name not in _CONVERTED},
            formats=tuple(row["formats"]),
            format_options=FormatOptions.model_validate(row["format_options"]),
            delivery_options=DeliveryOptions.model_validate(row["delivery_options"]),
            lane=Lane(row["lane"]),
            status=RunStatus(row["status"]),
        )

    def about(self) -> dict[str, Any]:
        """What every event about this run says."""
        return {
            "run_id": self.id,
            "tenant_id": self.tenant_id,
            "lane": self.lane,
            "generation": self.generation,
            "report_type": self.report_type,
        }

    def requested(self) -> ReportRequested:
        """The event that this run was requested."""
        return ReportRequested(**self.about(), formats=self.formats)

    def aggregated(self) -> ReportAggregated:
        """The event that its snapshot is written; the snapshot columns must be set."""
        assert self.as_of
        assert self.snapshot_key
        assert self.snapshot_sha256
        return ReportAggregated(
            **self.about(),
            formats=self.formats,
            as_of=self.as_of,
            snapshot=SnapshotReference(
                key=self.snapshot_key,
                sha256=self.snapshot_sha256,
                rows=self.snapshot_rows or 0,
            ),
        )


_CONVERTED = frozenset({"formats", "format_options", "delivery_options", "lane", "status"})


async def load(connection: AsyncConnection, run_id: UUID) -> Run | None:
    """The run as it stands."""
    row = (
        (await connection.execute(select(tables.runs).where(tables.runs.c.id == run_id)))
        .mappings()
        .first()
    )
    return Run.of(row) if row else None


async def record(
    connection: AsyncConnection,
    run: Run,
    stage: str,
    service: str,
    *,
    duration_ms: int | None = None,
    detail: str | None = None,
) -> None:
    """Add a line to the run's timeline."""
    await record_all(
        connection, [line(run, stage, service, duration_ms=duration_ms, detail=detail)]
    )


def line(
    run: Run,
    stage: str,
    service: str,
    *,
    duration_ms: int | None = None,
    detail: str | None = None,
) -> dict[str, Any]:
    """A line of the run's timeline, to be recorded."""
    return {
        "tenant_id": run.tenant_id,
        "run_id": run.id,
        "stage": stage,
        "service": service,
        "duration_ms": duration_ms,
        "attempt": max(run.attempt, 1),
        "detail": detail,
    }


async def record_all(connection: AsyncConnection, lines: Sequence[dict[str, Any]]) -> None:
    """Add what `line` made, of any number of runs."""
    await add_all(connection, tables.timeline, lines)


async def fail(
    connection: AsyncConnection,
    run: Run,
    *,
    service: str,
    stage: str,
    code: str,
    message: str,
    lease_token: UUID | None,
) -> bool:
    """Give the run up, tell everyone why, and cancel what it would have delivered.

    False when the run is no longer this worker's to fail. Without a token only a run that
    nobody holds is failed.
    """
    runs = tables.runs
    values = {
        "status": RunStatus.FAILED,
        "error": {"code": code, "message": message, "stage": stage, "service": service},
        "completed_at": func.now(),
        **RELEASED,
    }
    failed = await connection.execute(
        update(runs)
        .where(
            runs.c.id == run.id,
            runs.c.generation == run.generation,
            runs.c.status.in_(states_that_lead_to(RunStatus.FAILED)),
            runs.c.lease_token.is_(None)
            if lease_token is None
            else runs.c.lease_token == lease_token,
        )
        .values(values)
    )
    if failed.rowcount == 0:
        return False
    together = [run]
    if run.status is RunStatus.AGGREGATING and run.work_key is not None:
        # What was tried for all of them would go the same way for each.
        others = update(runs).where(*waiting_for(run)).values(values).returning(runs)
        together += map(Run.of, (await connection.execute(others)).mappings())
    for one in together:
        await cancel_deliveries(connection, one.id)
        detail = f"{stage}: {message}" + (f" (tried by report {run.id})" if one != run else "")
        await record(connection, one, "failed", service, detail=detail)
        telemetry.RUNS.labels(one.report_type, RunStatus.FAILED).inc()
    await outbox.add(
        connection,
        *(ReportFailed(**one.about(), stage=stage, code=code, message=message) for one in together),
        source=service,
    )
    await ask_next_waiting(connection, run, service=service)
    return True


def waiting_for(run: Run) -> tuple[ColumnElement[bool], ...]:
    """Which runs wait for the snapshot that `run` makes, or made: its data are fresh enough.

    Asked only while `run` is locked: whoever comes to wait for it locks it too, so that nobody is
    overlooked.
    """
    runs = tables.runs
    oldest = runs.c.created_at - func.make_interval(0, 0, 0, 0, 0, 0, runs.c.freshness_seconds)
    return (*_wanting_the_same(run), oldest <= literal(run.started_at, runs.c.started_at.type))


async def ask_next_waiting(connection: AsyncConnection, run: Run, *, service: str) -> None:
    """Have the first of those that wait for the same work do it in place of `run`.

    `run` must be locked, and at this work no more.
    """
    runs = tables.runs
    if run.work_key is None:
        return
    first = (
        select(runs).where(*_wanting_the_same(run)).order_by(runs.c.created_at, runs.c.id).limit(1)
    )
    row = (await connection.execute(first)).mappings().first()
    if row is not None:
        await outbox.add_for(connection, AGGREGATOR, Run.of(row).requested(), source=service)


def _wanting_the_same(run: Run) -> tuple[ColumnElement[bool], ...]:
    runs = tables.runs
    return (
        runs.c.tenant_id == run.tenant_id,
        # As a parameter: a run without a key wants the same as nobody (`= NULL`, not `IS NULL`).
        runs.c.work_key == literal(run.work_key, runs.c.work_key.type),
        runs.c.status == RunStatus.REQUESTED,
        runs.c.id != run.id,
    )


async def cancel(connection: AsyncConnection, run: Run, *, service: str) -> bool:
    """Stop the run. Whoever works on it finds its lease gone and writes nothing."""
    runs = tables.runs
    cancelled = await connection.execute(
        update(runs)
        .where(runs.c.id == run.id, runs.c.status.in_(states_that_lead_to(RunStatus.CANCELLED)))
        .values(
            status=RunStatus.CANCELLED,
            completed_at=func.now(),
            **RELEASED,
        )
    )
    if cancelled.rowcount == 0:
        return False
    await cancel_deliveries(connection, run.id)
    await record(connection, run, "cancelled", service)
    await outbox.add(connection, ReportCancelled(**run.about()), source=service)
    await ask_next_waiting(connection, run, service=service)
    telemetry.RUNS.labels(run.report_type, RunStatus.CANCELLED).inc()
    return True


async def skip(
    connection: AsyncConnection, run: Run, figure: str, *, service: str
) -> dict[str, Any]:
    """Its condition is false: cancel what it would have delivered, and tell everyone why.

    Returns the run's new column values, to be written by whoever holds its lease.
    """
    await cancel_deliveries(connection, run.id)
    await record(connection, run, "skipped", service, detail=figure)
    await outbox.add(connection, ReportSkipped(**run.about(), figure=figure), source=service)
    return {"status": RunStatus.SKIPPED, "completed_at": func.now()}


async def cancel_deliveries(connection: AsyncConnection, run_id: UUID) -> None:
    """Cancel the run's deliveries of which nothing was sent yet.

    What a mailer has in hand is its own to end: it may be sent before it could hear of this.
    """
    deliveries = tables.deliveries
    await connection.execute(
        update(deliveries)
        .where(
            deliveries.c.run_id == run_id,
            deliveries.c.status.in_((DeliveryStatus.PENDING, DeliveryStatus.DEFERRED)),
            deliveries.c.lease_token.is_(None),
        )
        .values(status=DeliveryStatus.CANCELLED, finished_at=func.now())
    )
