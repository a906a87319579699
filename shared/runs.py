"""Transitions of a run that more than one service makes, each fenced or guarded.

All take an open transaction, read nothing they do not return, and never commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import outbox, telemetry
from shared.events import (
    ReportAggregated,
    ReportCancelled,
    ReportFailed,
    ReportRequested,
    SnapshotReference,
)
from shared.format_options import FormatOptions
from shared.lease import RELEASED
from shared.states import DeliveryStatus, Lane, RunStatus, states_that_lead_to
from shared.store import tables


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
    formats: tuple[str, ...]
    format_options: FormatOptions
    lane: Lane
    status: RunStatus
    generation: int
    attempt: int
    created_at: datetime
    as_of: datetime | None
    snapshot_key: str | None
    snapshot_sha256: str | None
    snapshot_rows: int | None

    @classmethod
    def of(cls, row: RowMapping) -> Run:
        """From a row of `runs`."""
        return cls(
            **{name: row[name] for name in cls.__dataclass_fields__ if name not in _CONVERTED},
            formats=tuple(row["formats"]),
            format_options=FormatOptions.model_validate(row["format_options"]),
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


_INSERT_TIMELINE = insert(tables.timeline)

_CONVERTED = frozenset({"formats", "format_options", "lane", "status"})


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
    await connection.execute(
        _INSERT_TIMELINE,
        {
            "tenant_id": run.tenant_id,
            "run_id": run.id,
            "stage": stage,
            "service": service,
            "duration_ms": duration_ms,
            "attempt": max(run.attempt, 1),
            "detail": detail,
        },
    )


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
        .values(
            status=RunStatus.FAILED,
            error={"code": code, "message": message, "stage": stage, "service": service},
            completed_at=func.now(),
            **RELEASED,
        )
    )
    if failed.rowcount == 0:
        return False
    await cancel_deliveries(connection, run.id)
    await record(connection, run, "failed", service, detail=f"{stage}: {message}")
    await outbox.add(
        connection,
        ReportFailed(**run.about(), stage=stage, code=code, message=message),
        source=service,
    )
    telemetry.RUNS.labels(run.report_type, RunStatus.FAILED).inc()
    return True


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
    telemetry.RUNS.labels(run.report_type, RunStatus.CANCELLED).inc()
    return True


async def cancel_deliveries(connection: AsyncConnection, run_id: UUID) -> None:
    """Cancel the run's deliveries of which nothing was sent yet."""
    deliveries = tables.deliveries
    await connection.execute(
        update(deliveries)
        .where(
            deliveries.c.run_id == run_id,
            deliveries.c.status.in_((DeliveryStatus.PENDING, DeliveryStatus.DEFERRED)),
        )
        .values(status=DeliveryStatus.CANCELLED, finished_at=func.now())
    )
