"""What became of a schedule's fires, and of its runs by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import (
    DateTime,
    Result,
    RowMapping,
    Select,
    String,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api import cursors
from shared.states import (
    FINAL_RUN_STATUSES,
    DeliveryStatus,
    Occasion,
    OccurrenceStatus,
    RunStatus,
)
from shared.store import tables

_occurrences, _runs, _deliveries = tables.occurrences, tables.runs, tables.deliveries

Outcome = Literal[
    "waiting", "held", "skipped", "missed", "running", "completed", "failed", "cancelled"
]

_WITHOUT_RUN: dict[str | None, Outcome] = {
    OccurrenceStatus.WAITING: "waiting",
    OccurrenceStatus.HELD: "held",
    OccurrenceStatus.SKIPPED: "skipped",
    OccurrenceStatus.MISSED: "missed",
}


class ExecutionView(BaseModel):
    """One fire of a schedule, or one run of it by hand."""

    occasion: Occasion
    nominal_local_time: datetime | None = Field(description="null for a run by hand.")
    fold: int | None
    due_at: datetime = Field(description="When it was due; of a run by hand when it was asked for.")
    outcome: Outcome
    reason: str | None = Field(description="Why, in words; null where all went well.")
    run: UUID | None
    run_status: RunStatus | None
    deliveries: dict[DeliveryStatus, int] = Field(
        description="How many of its run's deliveries stand how."
    )


class ExecutionPage(BaseModel):
    """Executions, latest first."""

    items: list[ExecutionView]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page.")


def select_executions(schedule_ids: Sequence[UUID]) -> Select[Any]:
    """Fires and runs by hand, each with what is known of its run."""
    by_schedule = select(
        _occurrences.c.schedule_id,
        _occurrences.c.nominal_local_time,
        _occurrences.c.fold,
        func.coalesce(_occurrences.c.due_at, _occurrences.c.created_at).label("due_at"),
        _occurrences.c.status.label("occurrence"),
        _occurrences.c.reason,
        _occurrences.c.caught_up,
        _occurrences.c.wait_until,
        _occurrences.c.run_id,
    ).where(_occurrences.c.schedule_id.in_(schedule_ids))
    by_hand = select(
        _runs.c.schedule_id,
        cast(null(), DateTime(timezone=False)),
        cast(null(), _occurrences.c.fold.type),
        _runs.c.created_at,
        cast(null(), String),
        cast(null(), String),
        literal(False),
        cast(null(), DateTime(timezone=True)),
        _runs.c.id,
    ).where(_runs.c.schedule_id.in_(schedule_ids), _runs.c.occasion == Occasion.BY_HAND)
    found = union_all(by_schedule, by_hand).subquery()
    return select(
        found,
        # Two fires of one schedule never share an instant; this tells a run by hand apart.
        func.coalesce(found.c.run_id, found.c.schedule_id).label("entry_id"),
        _runs.c.status.label("run_status"),
        _runs.c.completed_at,
        _runs.c.error,
        _runs.c.decision,
        _runs.c.requested_by,
    ).outerjoin(_runs, _runs.c.id == found.c.run_id)


async def page_of(
    connection: AsyncConnection, schedule_id: UUID, *, limit: int, cursor: str | None
) -> tuple[list[ExecutionView], str | None]:
    """Executions, latest first, and the cursor of the next page."""
    found = select_executions([schedule_id]).subquery()
    rows, next_cursor = await cursors.page_of(
        connection,
        select(found),
        (found.c.due_at, found.c.entry_id),
        limit=limit,
        cursor=cursor,
    )
    counts = await _delivery_counts(connection, [row["run_id"] for row in rows if row["run_id"]])
    return [execution_view(row, counts.get(row["run_id"], {})) for row in _plain(rows)], next_cursor


async def latest_of(
    connection: AsyncConnection, schedule_ids: Sequence[UUID]
) -> dict[UUID, ExecutionView]:
    """The latest execution of each schedule that has one."""
    found = select_executions(schedule_ids).subquery()
    query = (
        select(found)
        .ext(distinct_on(found.c.schedule_id))
        .order_by(found.c.schedule_id, found.c.due_at.desc(), found.c.entry_id.desc())
    )
    rows = plain(await connection.execute(query))
    counts = await _delivery_counts(connection, [row["run_id"] for row in rows if row["run_id"]])
    return {row["schedule_id"]: execution_view(row, counts.get(row["run_id"], {})) for row in rows}


def plain(found: Result[Any]) -> list[dict[str, Any]]:
    """Rows as values, for what is pure."""
    return _plain(found.mappings().all())


def _plain(rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in rows]


async def _delivery_counts(
    connection: AsyncConnection, run_ids: Sequence[UUID]
) -> dict[UUID, dict[DeliveryStatus, int]]:
    query = (
        select(_deliveries.c.run_id, _deliveries.c.status, func.count().label("how_many"))
        .where(_deliveries.c.run_id.in_(run_ids))
        .group_by(_deliveries.c.run_id, _deliveries.c.status)
        .order_by(_deliveries.c.run_id, _deliveries.c.status)
    )
    counts: dict[UUID, dict[DeliveryStatus, int]] = {}
    for row in await connection.execute(query):
        counts.setdefault(row.run_id, {})[DeliveryStatus(row.status)] = row.how_many
    return counts


def execution_view(row: Mapping[str, Any], deliveries: dict[DeliveryStatus, int]) -> ExecutionView:
    """From a row of `select_executions`."""
    if row["occurrence"] is None:
        occasion = Occasion.BY_HAND
    else:
        occasion = Occasion.CAUGHT_UP if row["caught_up"] else Occasion.SCHEDULE
    outcome, reason = outcome_of(row)
    return ExecutionView(
        occasion=occasion,
        nominal_local_time=row["nominal_local_time"],
        fold=row["fold"],
        due_at=row["due_at"],
        outcome=outcome,
        reason=reason,
        run=row["run_id"],
        run_status=row["run_status"],
        deliveries=deliveries,
    )


def outcome_of(row: Mapping[str, Any]) -> tuple[Outcome, str | None]:
    """What became of it, and why, in words; the run has the last word about what fired."""
    status = row["occurrence"]
    if (without_run := _WITHOUT_RUN.get(status)) is not None:
        return without_run, row["reason"]
    run_status = row["run_status"]
    by_hand = f"run by hand by {row['requested_by']}" if status is None else None
    if run_status == RunStatus.FAILED:
        error = row["error"] or {}
        return "failed", f"{error.get('message')} ({error.get('code')})"
    if run_status == RunStatus.SKIPPED:
        decision = row["decision"] or {}
        return "skipped", decision.get("figure")
    if run_status == RunStatus.CANCELLED:
        return "cancelled", "somebody cancelled its run"
    if run_status in FINAL_RUN_STATUSES:
        late = "caught up later" if row["caught_up"] else None
        return "completed", by_hand or row["reason"] or late
    return "running", by_hand or row["reason"]
