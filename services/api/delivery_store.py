"""What the api reads and changes of deliveries: queries and guarded steps, in open transactions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from services.api import cursors
from services.api.problems import Problem
from services.api.run_store import SERVICE
from shared import further_formats, outbox, resending, runs
from shared.delivery_options import BODY_FORMATS
from shared.events import DeliveryDue, ReportDelivered
from shared.run_requests import Recipient
from shared.runs import Run
from shared.states import DELIVERY_STEPS, ArtifactStatus, DeliveryStatus, RunStatus
from shared.store import tables
from shared.topology import DELIVERER

_deliveries, _attempts, _runs = tables.deliveries, tables.delivery_attempts, tables.runs
_WITH_RUNS = select(
    _deliveries,
    *(_runs.c.report_type, _runs.c.requested_by, _runs.c.files_expired_at, _runs.c.deleted_at),
).join(_runs, _runs.c.id == _deliveries.c.run_id)


def delivery_id_of(text: str) -> UUID:
    """A delivery's id from a path; what is none answers like one that is missing."""
    try:
        return UUID(text)
    except ValueError:
        raise missing() from None


def missing() -> Problem:
    """404, the same for a delivery of another tenant and for none at all."""
    return Problem(404, "there is no such delivery")


async def row_of(
    connection: AsyncConnection, delivery_id: UUID, *, lock: bool = False
) -> RowMapping:
    """The delivery's row with what is said of its run; Problem 404 when this tenant has none."""
    query = _WITH_RUNS.where(_deliveries.c.id == delivery_id)
    if lock:
        query = query.with_for_update(of=_deliveries)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise missing()
    return row


async def attempts_of(connection: AsyncConnection, delivery_id: UUID) -> list[RowMapping]:
    """Every attempt at it, oldest first."""
    query = (
        select(_attempts).where(_attempts.c.delivery_id == delivery_id).order_by(_attempts.c.number)
    )
    return list((await connection.execute(query)).mappings())


async def page_of(
    connection: AsyncConnection,
    *,
    recipient: str | None,
    status: DeliveryStatus | None,
    channel: str | None,
    run_id: UUID | None,
    limit: int,
    cursor: str | None,
) -> tuple[list[RowMapping], str | None]:
    """Deliveries, newest first, and the cursor of the next page."""
    wanted: list[ColumnElement[bool]] = []
    if recipient is not None:
        # Mailboxes that differ in case alone are one, as everywhere.
        wanted.append(func.lower(_deliveries.c.recipient) == recipient.lower())
    if status is not None:
        wanted.append(_deliveries.c.status == status)
    if channel is not None:
        wanted.append(_deliveries.c.channel == channel)
    if run_id is not None:
        wanted.append(_deliveries.c.run_id == run_id)
    place = (_deliveries.c.created_at, _deliveries.c.id)
    query = _WITH_RUNS.where(*wanted)
    return await cursors.page_of(connection, query, place, limit=limit, cursor=cursor)


async def send_again(connection: AsyncConnection, row: RowMapping) -> None:
    """Have a locked delivery sent again, whatever became of it; Problem 409 or 410 if it cannot."""
    if DeliveryStatus.PENDING not in DELIVERY_STEPS[row["status"]] or row["lease_token"]:
        raise Problem(409, f"this delivery is {row['status']}: it is on its way already")
    run = await _deliverable(connection, row["run_id"])
    await resending.send_again(connection, row, run, service=SERVICE)


async def resolve(connection: AsyncConnection, row: RowMapping, *, arrived: bool, who: str) -> None:
    """Say what became of a locked delivery of which nobody could tell; Problem 409 for others."""
    if row["status"] != DeliveryStatus.UNCERTAIN:
        raise Problem(409, f"only an uncertain delivery is resolved; this one is {row['status']}")
    status = DeliveryStatus.SENT if arrived else DeliveryStatus.FAILED
    answer = f"{who} says that it {'arrived' if arrived else 'did not arrive'}"
    await connection.execute(
        update(_deliveries)
        .where(_deliveries.c.id == row["id"])
        .values(status=status, answer=answer, finished_at=func.now(), told_at=func.now())
    )
    run = await runs.load(connection, row["run_id"])
    assert run is not None
    await runs.record(
        connection,
        run,
        "delivered" if arrived else "delivery_failed",
        SERVICE,
        detail=f"{row['channel']} to {row['recipient']}: {answer}",
    )
    if arrived:
        # That it may not have arrived has been told; that it did not adds nothing to it.
        event = ReportDelivered(
            **_about(run, row["id"], row["channel"], row["resends"]), receipt=row["receipt"]
        )
        await outbox.add(connection, event, source=SERVICE)


async def deliver_to(
    connection: AsyncConnection, run_id: UUID, recipients: Sequence[Recipient]
) -> tuple[list[RowMapping], list[str]]:
    """Have a completed run delivered to further recipients, from the files that it has.

    The deliveries to all of them, and the addresses of those who are new. Who is a recipient
    already is left alone. Problem 409 or 410 where the run cannot be delivered.
    """
    run = await _deliverable(connection, run_id, lock=True)
    wanted = [(recipient.channel, recipient.to.lower()) for recipient in recipients]
    before = {_key(row) for row in await _of_run(connection, run_id)}
    new: list[dict[str, Any]] = [
        {
            "id": uuid7(),
            "tenant_id": run.tenant_id,
            "run_id": run.id,
            "channel": recipient.channel,
            "recipient": recipient.to,
            "status": DeliveryStatus.PENDING,
        }
        for recipient, key in zip(recipients, wanted, strict=True)
        if key not in before
    ]
    if new:
        await connection.execute(insert(_deliveries), new)
        await _ask_once_written(connection, run, new)
        names = ", ".join(row["recipient"] for row in new)
        await runs.record(connection, run, "delivery_asked", SERVICE, detail=f"to {names}")
    rows = [row for row in await _of_run(connection, run_id) if _key(row) in wanted]
    return rows, [row["recipient"] for row in new]


async def _ask_once_written(
    connection: AsyncConnection, run: Run, new: Sequence[dict[str, Any]]
) -> None:
    """Ask for the new deliveries; those that need a text which is not written yet, through it.

    The mailer takes them up when the renderer says that the text is there.
    """
    needed = {BODY_FORMATS[row["channel"]] for row in new if row["channel"] in BODY_FORMATS}
    artifacts = tables.artifacts
    there = set(
        await connection.scalars(
            select(artifacts.c.format).where(
                artifacts.c.run_id == run.id,
                artifacts.c.slice_id.is_(None),
                artifacts.c.format.in_(needed),
                artifacts.c.status == ArtifactStatus.RENDERED,
            )
        )
    )
    lacking = sorted(needed - there)
    if lacking:
        await further_formats.ask_for(connection, run, lacking, service=SERVICE, internal=True)
    ready = [row for row in new if BODY_FORMATS.get(row["channel"]) not in lacking]
    await _ask(connection, run, [row["id"] for row in ready], [row["channel"] for row in ready])


async def _ask(
    connection: AsyncConnection,
    run: Run,
    ids: Sequence[UUID],
    channels: Sequence[str],
    *,
    resends: int = 0,
) -> None:
    due = [
        DeliveryDue(**_about(run, delivery_id, channel, resends))
        for delivery_id, channel in zip(ids, channels, strict=True)
    ]
    await outbox.add_for(connection, DELIVERER, *due, source=SERVICE)


def _about(run: Run, delivery_id: UUID, channel: str, resends: int) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "tenant_id": run.tenant_id,
        "lane": run.lane,
        "generation": run.generation,
        "delivery_id": delivery_id,
        "channel": channel,
        "resends": resends,
    }


async def _deliverable(connection: AsyncConnection, run_id: UUID, *, lock: bool = False) -> Run:
    query = select(_runs).where(_runs.c.id == run_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).mappings().one()
    if row["status"] != RunStatus.COMPLETED:
        raise Problem(409, f"this report is {row['status']}: a completed one can be delivered")
    if row["deleted_at"] is not None or row["files_expired_at"] is not None:
        gone = "were deleted" if row["deleted_at"] is not None else "have passed their retention"
        raise Problem(410, f"the files of this report {gone}: ask for the report anew")
    return Run.of(row)


async def _of_run(connection: AsyncConnection, run_id: UUID) -> list[RowMapping]:
    # Of a burst those of the whole report: a slice's recipients get the slice.
    query = (
        select(_deliveries)
        .where(_deliveries.c.run_id == run_id, _deliveries.c.slice_id.is_(None))
        .order_by(_deliveries.c.id)
    )
    return list((await connection.execute(query)).mappings())


def _key(row: RowMapping) -> tuple[str, str]:
    return row["channel"], row["recipient"].lower()
