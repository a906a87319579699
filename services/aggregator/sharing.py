"""Identical work is done once: runs with one `work_key` use one snapshot.

Of such runs one at a time is `aggregating`; a UNIQUE index sees to that. The others stay
`requested`, and the commit that finishes the one hands its snapshot to all that wait. Whoever ends
or looks at that one locks its row first, so nobody who waits is overlooked (decision 0014).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import outbox, runs, telemetry
from shared.dedup_keys import work_key_after
from shared.errors import TransientError
from shared.events import ReportRequested
from shared.runs import Run
from shared.states import RunStatus
from shared.store import tables
from shared.store.engine import Store
from shared.store.indexed_states import is_in_state
from shared.topology import AGGREGATOR

_other = tables.runs.alias("other")

UNDER_WAY = (
    select(_other.c.id)
    .where(
        _other.c.tenant_id == tables.runs.c.tenant_id,
        _other.c.work_key == tables.runs.c.work_key,
        is_in_state(_other.c.status, RunStatus.AGGREGATING),
    )
    .correlate(tables.runs)
    .exists()
)
"""Another run makes the snapshot that this one needs."""

FRESH_SNAPSHOT = (
    select(_other.c.id)
    .where(
        _other.c.tenant_id == tables.runs.c.tenant_id,
        _other.c.work_key == tables.runs.c.work_key,
        _other.c.snapshot_of.is_(None),
        _other.c.status.in_((RunStatus.AGGREGATED, RunStatus.RENDERING, RunStatus.COMPLETED)),
        _other.c.deleted_at.is_(None),
        _other.c.files_expired_at.is_(None),
        # By the store's clock, from when it was taken in hand: never later than its data are.
        _other.c.started_at
        >= tables.runs.c.created_at
        - func.make_interval(0, 0, 0, 0, 0, 0, tables.runs.c.freshness_seconds),
    )
    .order_by(_other.c.started_at.desc())
    .limit(1)
    .correlate(tables.runs)
    .scalar_subquery()
    .label("fresh_snapshot")
)
"""The run that made a snapshot which is fresh enough for this one; NULL: none has."""


@dataclass(frozen=True)
class Snapshot:
    """A stored snapshot, and who made it."""

    key: str
    sha256: str
    rows: int
    available_rows: int | None
    """How many there were before a limit of the request."""
    as_of: datetime
    of: UUID
    """The run that made it."""
    begun_at: datetime
    """When that run was taken in hand, by the store's clock."""

    def columns(self, run_id: UUID) -> dict[str, Any]:
        """What the row of a run that uses it says."""
        return {
            "as_of": self.as_of,
            "snapshot_key": self.key,
            "snapshot_sha256": self.sha256,
            "snapshot_rows": self.rows,
            "snapshot_available_rows": self.available_rows,
            "snapshot_of": None if self.of == run_id else self.of,
        }


async def snapshot_of(connection: AsyncConnection, run_id: UUID) -> Snapshot:
    """The snapshot that the run made, which is kept from now on; TransientError once it is gone."""
    table = tables.runs
    found = await connection.execute(
        select(table)
        .where(
            table.c.id == run_id,
            table.c.snapshot_key.is_not(None),
            table.c.deleted_at.is_(None),
            table.c.files_expired_at.is_(None),
        )
        # Nobody deletes it before this transaction, which says that it is in use, has ended.
        .with_for_update(read=True)
    )
    row = found.mappings().first()
    if row is None:
        raise TransientError("snapshot_gone", f"the snapshot of report {run_id} was just removed")
    return Snapshot(
        key=row["snapshot_key"],
        sha256=row["snapshot_sha256"],
        rows=row["snapshot_rows"],
        available_rows=row["snapshot_available_rows"],
        as_of=row["as_of"],
        of=run_id,
        begun_at=row["started_at"],
    )


async def hand_out(
    connection: AsyncConnection, run: Run, snapshot: Snapshot, *, service: str
) -> dict[str, Any]:
    """Say that the run, and all that wait for the same, have this snapshot.

    Returns the run's new column values; the others are `aggregated` with it.
    """
    values = snapshot.columns(run.id)
    lines = []
    if snapshot.of != run.id:
        lines.append(_shared(run, snapshot, service))
    takers = [] if run.work_key is None else await _hand_to_waiting(connection, run, snapshot)
    for taker in takers:
        lines += [_shared(taker, snapshot, service), runs.line(taker, taker.status, service)]
        telemetry.RUNS.labels(taker.report_type, taker.status).inc()
    await runs.record_all(connection, lines)
    aggregated = (one.aggregated() for one in (replace(run, **values), *takers))
    await outbox.add(connection, *aggregated, source=service)
    await runs.ask_next_waiting(connection, run, service=service)
    telemetry.SNAPSHOTS_SHARED.inc(len(takers) + (snapshot.of != run.id))
    return values


async def _hand_to_waiting(connection: AsyncConnection, run: Run, snapshot: Snapshot) -> list[Run]:
    table = tables.runs
    await connection.execute(select(table.c.id).where(table.c.id == run.id).with_for_update())
    taken = await connection.execute(
        update(table)
        .where(*runs.waiting_for(replace(run, started_at=snapshot.begun_at)))
        .values(
            {
                **snapshot.columns(run.id),
                "snapshot_of": snapshot.of,
                "status": RunStatus.AGGREGATED,
                "attempt": 0,
                "started_at": func.coalesce(table.c.started_at, func.now()),
            }
        )
        .returning(table)
    )
    return [Run.of(row) for row in taken.mappings()]


def _shared(run: Run, snapshot: Snapshot, service: str) -> dict[str, Any]:
    return runs.line(run, "shared", service, detail=f"the snapshot of report {snapshot.of}")


async def wait_behind(event: ReportRequested, *, store: Store, service: str) -> None:
    """Where the run could not be claimed because another does the same: wait for that one.

    Or go on alone where that one began too long ago. Nothing happens for any other reason.
    """
    table = tables.runs
    async with store.tenant(event.tenant_id) as connection:
        waiting = await connection.execute(
            select(table).where(
                table.c.id == event.run_id,
                table.c.generation == event.generation,
                table.c.status == RunStatus.REQUESTED,
                table.c.work_key.is_not(None),
            )
        )
        row = waiting.mappings().first()
        if row is None:
            return
        run = Run.of(row)
        found = await connection.execute(
            select(table)
            .where(
                table.c.tenant_id == run.tenant_id,
                table.c.work_key == run.work_key,
                table.c.status == RunStatus.AGGREGATING,
            )
            .with_for_update(read=True)
        )
        leading = found.mappings().first()
        if leading is not None and await _is_fresh_enough(connection, run, Run.of(leading)):
            detail = f"for report {leading['id']}, which asks for the same"
            await runs.record(connection, run, "waiting", service, detail=detail)
            return
        if leading is not None:
            assert run.work_key is not None
            await connection.execute(
                update(table)
                .where(table.c.id == run.id)
                .values(work_key=work_key_after(run.work_key, leading["id"]))
            )
        await outbox.add_for(connection, AGGREGATOR, run.requested(), source=service)


async def _is_fresh_enough(connection: AsyncConnection, run: Run, leading: Run) -> bool:
    table = tables.runs
    found = await connection.execute(
        select(table.c.id).where(table.c.id == run.id, *runs.waiting_for(leading))
    )
    return found.first() is not None
