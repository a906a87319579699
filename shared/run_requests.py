"""Creating a run: its row, its deliveries and its event, in the caller's transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from shared import outbox, telemetry
from shared.dedup_keys import work_key
from shared.delivery_options import DeliveryOptions
from shared.events import ReportRequested
from shared.format_options import FormatOptions
from shared.languages import ENGLISH
from shared.periods import Period
from shared.states import DeliveryStatus, Lane, Occasion, RunStatus
from shared.store import tables
from shared.store.many_rows import add_all

LOOK_UP = "look_up"
"""What a run that looks up names says it is, in place of a report type. Its parameters say of which
type (`of`); its document has a table of names for each filter."""


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
    language: str = ENGLISH
    """Of the whole report, as a BCP 47 tag."""
    format_options: FormatOptions = field(default_factory=FormatOptions)
    delivery_options: DeliveryOptions = field(default_factory=DeliveryOptions)
    recipients: tuple[Recipient, ...] = ()
    """Who gets the whole report."""
    burst: dict[str, Any] | None = None
    """A `shared.bursts.Burst` as JSON: who gets a part of it."""
    idempotency_key: str | None = None
    body_sha256: str | None = None
    definition_id: UUID | None = None
    definition_version: int | None = None
    schedule_id: UUID | None = None
    occasion: Occasion = Occasion.REQUEST
    condition: dict[str, Any] | None = None
    """A `shared.conditions.Condition` as JSON: the run is skipped where it does not hold."""
    banner: str | None = None
    """What the report says before anything else: a stored `shared.banners.Banner`."""
    supersedes: UUID | None = None
    """The completed run that this one corrects."""
    remakes: UUID | None = None
    """The burst whose failed slices this one makes again."""
    freshness_seconds: int = 0
    """How much older than the request data may be that an identical one had read; 0: its own."""
    id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True)
class CreatedRun:
    """The rows that were written."""

    run: RowMapping
    deliveries: Sequence[RowMapping]


@dataclass(frozen=True)
class NewRun:
    """The rows of a run that is to be created, its event's among them."""

    run: dict[str, Any]
    deliveries: Sequence[dict[str, Any]]
    event: dict[str, Any]
    burst: dict[str, Any] | None = None


# Built once: the same statement object each time spares the work of recognising it.
_THESE_RUNS = select(tables.runs).where(
    tables.runs.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid)))
)
_THEIR_DELIVERIES = (
    select(tables.deliveries)
    .where(tables.deliveries.c.run_id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
    .order_by(tables.deliveries.c.id)
)


def work_key_of(request: RunRequest) -> str:
    """By which it and equal requests know each other: `shared.dedup_keys.work_key`."""
    return work_key(
        tenant_id=request.tenant_id,
        report_type=request.report_type,
        source=request.source,
        period=request.period,
        parameters=request.parameters,
        language=request.language,
        role=request.role,
        definition_id=request.definition_id,
        definition_version=request.definition_version,
    )


def new_run(request: RunRequest, *, service: str) -> NewRun:
    """The rows; the run belongs to the trace of the work under way."""
    trace = telemetry.current_trace_headers()
    return NewRun(
        run={
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
            "language": request.language,
            "formats": list(request.formats),
            "format_options": request.format_options.as_stored(),
            "delivery_options": request.delivery_options.as_stored(),
            "lane": request.lane,
            "occasion": request.occasion,
            "condition": request.condition,
            "banner": request.banner,
            "supersedes": request.supersedes,
            "remakes": request.remakes,
            "requested_by": request.requested_by,
            "role": request.role,
            "idempotency_key": request.idempotency_key,
            "body_sha256": request.body_sha256,
            "work_key": work_key_of(request) if _may_share(request) else None,
            "freshness_seconds": request.freshness_seconds,
            "status": RunStatus.REQUESTED,
            "traceparent": trace.get("traceparent"),
        },
        deliveries=[
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
        event=outbox.row_of(
            ReportRequested(
                run_id=request.id,
                tenant_id=request.tenant_id,
                lane=request.lane,
                report_type=request.report_type,
                formats=request.formats,
            ),
            service,
            trace,
        ),
        burst={"run_id": request.id, "tenant_id": request.tenant_id, "asked": request.burst}
        if request.burst
        else None,
    )


def _may_share(request: RunRequest) -> bool:
    """Whether another run's snapshot would do.

    What is decided about one run, or said in it, is not another's; and the slices of a burst are of
    the same instant as its whole.
    """
    return bool(request.freshness_seconds) and not (
        request.condition or request.banner or request.burst or request.supersedes
    )


async def create_run(
    connection: AsyncConnection, request: RunRequest, *, service: str
) -> CreatedRun:
    """Write the run so that it will be worked on once the transaction commits."""
    (created,) = await create_runs(connection, [new_run(request, service=service)])
    return created


async def create_runs(connection: AsyncConnection, new: Sequence[NewRun]) -> list[CreatedRun]:
    """Write runs of one tenant, in as many round trips as one of them takes."""
    deliveries = await add_runs(connection, new)
    ids = [one.run["id"] for one in new]
    # Read and not returned by the INSERT: that would be another statement for each number of
    # rows, to be parsed and planned each time.
    written = await connection.execute(_THESE_RUNS, {"ids": ids})
    runs = {row["id"]: row for row in written.mappings()}
    of_run: dict[UUID, list[RowMapping]] = defaultdict(list)
    if deliveries:
        written = await connection.execute(_THEIR_DELIVERIES, {"ids": ids})
        for row in written.mappings():
            of_run[row["run_id"]].append(row)
    return [CreatedRun(runs[run_id], of_run[run_id]) for run_id in ids]


async def add_runs(connection: AsyncConnection, new: Sequence[NewRun]) -> list[dict[str, Any]]:
    """Write runs, of any tenants, and read nothing back; returns the rows of their deliveries."""
    deliveries = [row for one in new for row in one.deliveries]
    await add_all(connection, tables.runs, [one.run for one in new])
    await add_all(connection, tables.deliveries, deliveries)
    await add_all(connection, tables.run_bursts, [one.burst for one in new if one.burst])
    await outbox.add_rows(connection, [one.event for one in new])
    for report_type, count in Counter(one.run["report_type"] for one in new).items():
        telemetry.RUNS.labels(report_type, RunStatus.REQUESTED).inc(count)
    return deliveries
