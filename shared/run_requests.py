"""Creating a run: its row, its deliveries and its event, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from shared import outbox, telemetry
from shared.events import ReportRequested
from shared.periods import Period
from shared.states import DeliveryStatus, Lane, RunStatus
from shared.store import tables


@dataclass(frozen=True)
class Recipient:
    """Where a report goes: a channel and an address in that channel's terms."""

    channel: str
    to: str


@dataclass(frozen=True)
class RunRequest:
    """What a run needs to know; already validated."""

    tenant_id: UUID
    report_type: str
    source: str
    period: Period
    parameters: dict[str, Any]
    formats: tuple[str, ...]
    lane: Lane
    requested_by: str
    """The `sub` of whoever asked, or whose schedule it is."""
    role: str
    recipients: tuple[Recipient, ...] = ()
    idempotency_key: str | None = None
    body_sha256: str | None = None
    definition_id: UUID | None = None
    definition_version: int | None = None
    schedule_id: UUID | None = None
    id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True)
class CreatedRun:
    """The rows that were written."""

    run: RowMapping
    deliveries: Sequence[RowMapping]


# Built once: the same statement object each time spares the work of recognising it.
_INSERT_RUN = insert(tables.runs).returning(tables.runs)
_INSERT_DELIVERIES = insert(tables.deliveries).returning(tables.deliveries)


async def create_run(
    connection: AsyncConnection, request: RunRequest, *, service: str
) -> CreatedRun:
    """Write the run so that it will be worked on once the transaction commits."""
    inserted = await connection.execute(
        _INSERT_RUN,
        {
            "id": request.id,
            "tenant_id": request.tenant_id,
            "report_type": request.report_type,
            "definition_id": request.definition_id,
            "definition_version": request.definition_version,
            "schedule_id": request.schedule_id,
            "source": request.source,
            "first_day": request.period.first_day,
            "last_day": request.period.last_day,
            "timezone": request.period.timezone,
            "parameters": request.parameters,
            "formats": list(request.formats),
            "lane": request.lane,
            "requested_by": request.requested_by,
            "role": request.role,
            "idempotency_key": request.idempotency_key,
            "body_sha256": request.body_sha256,
            "status": RunStatus.REQUESTED,
            "traceparent": telemetry.current_trace_headers().get("traceparent"),
        },
    )
    run = inserted.mappings().one()
    deliveries: Sequence[RowMapping] = ()
    if request.recipients:
        written = await connection.execute(
            _INSERT_DELIVERIES,
            [
                {
                    "id": uuid7(),
                    "tenant_id": request.tenant_id,
                    "run_id": request.id,
                    "channel": recipient.channel,
                    "recipient": recipient.to,
                    "status": DeliveryStatus.PENDING,
                }
                for recipient in request.recipients
            ],
        )
        deliveries = written.mappings().all()
    await outbox.add(
        connection,
        ReportRequested(
            run_id=request.id,
            tenant_id=request.tenant_id,
            lane=request.lane,
            report_type=request.report_type,
            formats=request.formats,
        ),
        source=service,
    )
    telemetry.RUNS.labels(request.report_type, RunStatus.REQUESTED).inc()
    return CreatedRun(run, deliveries)
