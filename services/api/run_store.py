"""What the api reads and changes of runs: queries and guarded steps, in open transactions."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.problems import Problem, field_problem
from services.api.representations import RunView, run_view
from shared import outbox, runs
from shared.runs import Run
from shared.states import (
    FINAL_RUN_STATUSES,
    ArtifactStatus,
    DeliveryStatus,
    RunStatus,
)
from shared.store import tables

SERVICE = "api"
_PAST_RUNS = 20
"""How many past runs of a type an estimate rests on."""


def run_id_of(text: str) -> UUID:
    """A run id from a path; what is none answers like a run that is missing."""
    try:
        return UUID(text)
    except ValueError:
        raise missing() from None


def missing() -> Problem:
    """404, the same for a run of another tenant, a deleted one and none at all."""
    return Problem(404, "there is no such report")


async def row_of(connection: AsyncConnection, run_id: UUID, *, lock: bool = False) -> RowMapping:
    """The run's row; Problem 404 when this tenant has none."""
    query = select(tables.runs).where(tables.runs.c.id == run_id)
    if lock:
        query = query.with_for_update()
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise missing()
    return row


async def view_of(connection: AsyncConnection, row: RowMapping, public_url: str) -> RunView:
    """The run with everything that belongs to it."""

    async def parts(table: Any, *order: Any) -> Sequence[RowMapping]:
        query = select(table).where(table.c.run_id == row["id"]).order_by(*order)
        return (await connection.execute(query)).mappings().all()

    return run_view(
        row,
        await parts(tables.artifacts, tables.artifacts.c.format),
        await parts(tables.deliveries, tables.deliveries.c.id),
        await parts(tables.timeline, tables.timeline.c.id),
        public_url=public_url,
        eta_seconds=await _eta_seconds(connection, row),
    )


async def _eta_seconds(connection: AsyncConnection, row: RowMapping) -> float | None:
    """The median of past runs of the type, less the time this one has taken already."""
    if row["status"] in FINAL_RUN_STATUSES:
        return None
    table = tables.runs
    past = (
        select(func.extract("epoch", table.c.completed_at - table.c.created_at).label("seconds"))
        .where(table.c.report_type == row["report_type"], table.c.status == RunStatus.COMPLETED)
        .order_by(table.c.completed_at.desc())
        .limit(_PAST_RUNS)
        .subquery()
    )
    usual, elapsed = (
        await connection.execute(
            select(
                func.percentile_cont(0.5).within_group(past.c.seconds),
                func.extract("epoch", func.clock_timestamp() - row["created_at"]),
            )
        )
    ).one()
    if usual is None:
        return None
    return round(max(0.0, float(usual) - float(elapsed)), 3)


async def page_of(
    connection: AsyncConnection,
    *,
    status: RunStatus | None,
    report_type: str | None,
    limit: int,
    cursor: str | None,
) -> tuple[list[RowMapping], str | None]:
    """Runs, newest first, and the cursor of the next page."""
    table = tables.runs
    query = (
        select(table)
        .where(table.c.deleted_at.is_(None))
        .order_by(table.c.created_at.desc(), table.c.id.desc())
        .limit(limit + 1)
    )
    if status is not None:
        query = query.where(table.c.status == status)
    if report_type is not None:
        query = query.where(table.c.report_type == report_type)
    if cursor is not None:
        query = query.where(tuple_(table.c.created_at, table.c.id) < _decoded(cursor))
    rows = list((await connection.execute(query)).mappings().all())
    if len(rows) <= limit:
        return rows, None
    rows = rows[:limit]
    return rows, _encoded(rows[-1])


def _encoded(row: RowMapping) -> str:
    text = json.dumps([row["created_at"].isoformat(), str(row["id"])])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(cursor: str) -> Any:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        created_at, run_id = json.loads(base64.urlsafe_b64decode(padded))
        at = datetime.fromisoformat(created_at)
        if at.tzinfo is None:
            raise ValueError(cursor)
        return tuple_(at, UUID(run_id))
    except (ValueError, TypeError, AttributeError, binascii.Error):
        raise field_problem("cursor", "this is not a cursor that a page gave out") from None


async def unfinished(connection: AsyncConnection) -> int:
    """How many runs of the tenant are under way."""
    table = tables.runs
    count = await connection.scalar(
        select(func.count()).where(table.c.status.not_in(sorted(FINAL_RUN_STATUSES)))
    )
    return count or 0


async def retry(connection: AsyncConnection, row: RowMapping) -> None:
    """Start a failed run again, as a new generation; Problem 409 if it has not failed."""
    if row["status"] != RunStatus.FAILED:
        raise Problem(409, f"only a failed report can be retried; this one is {row['status']}")
    if row["deleted_at"] is not None:
        raise Problem(409, "this report was deleted: ask for it anew")
    again = (
        (
            await connection.execute(
                update(tables.runs)
                .where(tables.runs.c.id == row["id"])
                .values(
                    status=RunStatus.REQUESTED,
                    generation=tables.runs.c.generation + 1,
                    attempt=0,
                    error=None,
                    started_at=None,
                    completed_at=None,
                    as_of=None,
                    snapshot_key=None,
                    snapshot_sha256=None,
                    snapshot_rows=None,
                    files_removed_at=None,
                )
                .returning(tables.runs)
            )
        )
        .mappings()
        .one()
    )
    await connection.execute(
        update(tables.deliveries)
        .where(
            tables.deliveries.c.run_id == row["id"],
            tables.deliveries.c.status == DeliveryStatus.CANCELLED,
        )
        .values(status=DeliveryStatus.PENDING, finished_at=None)
    )
    run = Run.of(again)
    await runs.record(connection, run, "requested", SERVICE, detail="retried")
    await outbox.add(connection, run.requested(), source=SERVICE)


async def mark_deleted(connection: AsyncConnection, row: RowMapping) -> None:
    """Take the run's files away from clients; Problem 409 while it is under way."""
    if row["status"] not in FINAL_RUN_STATUSES:
        raise Problem(409, f"this report is {row['status']}: cancel it first")
    await connection.execute(
        update(tables.artifacts)
        .where(tables.artifacts.c.run_id == row["id"])
        .values(status=ArtifactStatus.EXPIRED)
    )
    await connection.execute(
        update(tables.runs)
        .where(tables.runs.c.id == row["id"], tables.runs.c.deleted_at.is_(None))
        .values(deleted_at=func.now())
    )


async def artifact_of(connection: AsyncConnection, run_id: UUID, format_name: str) -> RowMapping:
    """The artifact, ready to be sent; Problem 404 until it exists, 410 once it is gone."""
    row = await row_of(connection, run_id)
    table = tables.artifacts
    artifact = (
        (
            await connection.execute(
                select(table).where(
                    table.c.run_id == run_id,
                    table.c.format == format_name,
                    table.c.internal.is_(False),
                )
            )
        )
        .mappings()
        .first()
    )
    if artifact is None:
        raise Problem(
            404,
            f"this report has no {format_name} file: it is {row['status']} and was asked for as "
            f"{', '.join(row['formats'])}",
        )
    if artifact["status"] == ArtifactStatus.EXPIRED:
        raise Problem(410, f"the file is no longer kept; its sha256 was {artifact['sha256']}")
    return artifact
