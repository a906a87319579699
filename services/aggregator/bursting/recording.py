"""Writes what became of a burst: its slices, a delivery for each of its rows, and the sums."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from services.aggregator.bursting.slices import MadeBurst, MadeSlice
from shared import runs
from shared.bursts import BurstRow
from shared.runs import Run
from shared.states import DeliveryStatus, SliceStatus
from shared.store import tables

_UNDELIVERED = {
    SliceStatus.LEFT_OUT: "there is nothing in this recipient's part, and empty ones are left out",
    SliceStatus.FAILED: "this recipient's part could not be made",
}


async def record_burst(
    connection: AsyncConnection, run: Run, made: MadeBurst, *, service: str
) -> None:
    """In the commit that makes the run `aggregated`."""
    await _forget(connection, run)
    if made.slices:
        await connection.execute(
            insert(tables.run_slices), [_slice(run, one) for one in made.slices]
        )
        await connection.execute(
            insert(tables.deliveries),
            [_delivery(run, one, row) for one in made.slices for row in one.slice.rows],
        )
        await connection.execute(
            update(tables.deliveries)
            .where(
                tables.deliveries.c.run_id == run.id,
                tables.deliveries.c.status == DeliveryStatus.CANCELLED,
                tables.deliveries.c.finished_at.is_(None),
            )
            .values(finished_at=func.now())
        )
    await connection.execute(
        update(tables.run_bursts)
        .where(tables.run_bursts.c.run_id == run.id)
        .values(outcome=made.outcome.model_dump(mode="json"))
    )
    recipients = sum(len(one.slice.rows) for one in made.slices)
    lines = [
        runs.line(
            run,
            "sliced",
            service,
            detail=f"{len(made.slices):,} slices for {recipients:,} recipients",
        )
    ]
    lines += [
        runs.line(run, "slice_failed", service, detail=f"slice {one.slice.number}: {_why(one)}")
        for one in made.slices
        if one.status is SliceStatus.FAILED
    ]
    await runs.record_all(connection, lines)


async def _forget(connection: AsyncConnection, run: Run) -> None:
    """Slices of a generation that failed: nothing of them was sent, since the run never ended."""
    table, artifacts, links = tables.run_slices, tables.artifacts, tables.share_links
    of_the_run = select(table.c.id).where(table.c.run_id == run.id)
    files = select(artifacts.c.id).where(artifacts.c.slice_id.in_(of_the_run))
    await connection.execute(delete(links).where(links.c.artifact_id.in_(files)))
    for using in (tables.artifacts, tables.deliveries):
        await connection.execute(delete(using).where(using.c.slice_id.in_(of_the_run)))
    await connection.execute(delete(table).where(table.c.run_id == run.id))


def _slice(run: Run, one: MadeSlice) -> dict[str, Any]:
    stored = one.stored
    return {
        "id": one.id,
        "tenant_id": run.tenant_id,
        "run_id": run.id,
        "number": one.slice.number,
        "chosen": one.slice.chosen,
        "language": one.slice.language or run.language,
        "formats": list(one.formats),
        "status": one.status,
        "counted": one.counted,
        "snapshot_key": stored.key if stored else None,
        "snapshot_sha256": stored.sha256 if stored else None,
        "snapshot_rows": stored.rows if stored else None,
        "snapshot_available_rows": stored.available_rows if stored else None,
        "error": one.error,
    }


def _delivery(run: Run, one: MadeSlice, row: BurstRow) -> dict[str, Any]:
    undelivered = _UNDELIVERED.get(one.status)
    return {
        "id": uuid7(),
        "tenant_id": run.tenant_id,
        "run_id": run.id,
        "channel": row.channel,
        "recipient": row.to,
        "slice_id": one.id,
        "formats": list(row.formats) if row.formats else None,
        "status": DeliveryStatus.CANCELLED if undelivered else DeliveryStatus.PENDING,
        "answer": f"{undelivered}: {_why(one)}" if one.error else undelivered,
    }


def _why(one: MadeSlice) -> str:
    return one.error["message"] if one.error else ""
