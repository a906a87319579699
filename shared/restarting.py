"""Starting a failed run again at one of its stages, as a new generation of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import outbox, runs
from shared.runs import Run
from shared.stage import AGGREGATE, Stage
from shared.states import DeliveryStatus, SliceStatus
from shared.store import tables

_AFRESH: dict[str, Any] = {
    "started_at": None,
    "as_of": None,
    "snapshot_key": None,
    "snapshot_sha256": None,
    "snapshot_rows": None,
    "snapshot_available_rows": None,
    "snapshot_of": None,
    "work_key": None,
    "files_expired_at": None,
    "files_removed_at": None,
}
"""What a run that begins at the beginning has not yet."""


async def restart(
    connection: AsyncConnection, run_id: UUID, stage: Stage, *, service: str, detail: str
) -> Run:
    """Have a locked, failed run go on from that stage, with the deliveries it took along.

    From a later stage than the first it keeps the snapshot that it has.
    """
    table = tables.runs
    again = await connection.execute(
        update(table)
        .where(table.c.id == run_id)
        .values(
            status=stage.waiting,
            generation=table.c.generation + 1,
            attempt=0,
            error=None,
            completed_at=None,
            **(_AFRESH if stage is AGGREGATE else {}),
        )
        .returning(table)
    )
    run = Run.of(again.mappings().one())
    await _revive_deliveries(connection, run_id, stage)
    await runs.record(connection, run, stage.waiting, service, detail=detail)
    if stage is AGGREGATE:
        await outbox.add(connection, run.requested(), source=service)
    else:
        # Everyone else has heard of its snapshot.
        await outbox.add_for(connection, stage.consumption, stage.event_for(run), source=service)
    return run


async def _revive_deliveries(connection: AsyncConnection, run_id: UUID, stage: Stage) -> None:
    deliveries, slices, bursts = tables.deliveries, tables.run_slices, tables.run_bursts
    of_slice = deliveries.c.slice_id
    theirs: ColumnElement[bool] = of_slice.is_(None)
    if stage is AGGREGATE:
        # Those of a burst are made anew, with its slices.
        await connection.execute(
            update(bursts).where(bursts.c.run_id == run_id).values(outcome=None)
        )
    else:
        # Not those to whom an empty slice would have gone.
        waiting = select(slices.c.id).where(
            slices.c.run_id == run_id,
            slices.c.status.in_((SliceStatus.AGGREGATED, SliceStatus.RENDERED)),
        )
        theirs |= of_slice.in_(waiting)
    await connection.execute(
        update(deliveries)
        .where(
            deliveries.c.run_id == run_id, deliveries.c.status == DeliveryStatus.CANCELLED, theirs
        )
        .values(status=DeliveryStatus.PENDING, finished_at=None)
    )
