"""Having a delivery sent again that came to an end: somebody asks, or the cause is mended."""

from __future__ import annotations

from sqlalchemy import RowMapping, case, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import outbox, runs
from shared.events import DeliveryDue
from shared.runs import Run
from shared.states import DeliveryStatus
from shared.store import tables
from shared.topology import DELIVERER

_deliveries = tables.deliveries
_TAKEN = (DeliveryStatus.SENT, DeliveryStatus.BOUNCED)
"""A copy of what was taken once needs a Message-ID of its own, or mail programmes drop it."""


async def send_again(
    connection: AsyncConnection, row: RowMapping, run: Run, *, service: str
) -> None:
    """Have a locked delivery of a completed run tried anew, whatever became of it."""
    resends = row["resends"] + 1
    await connection.execute(
        update(_deliveries)
        .where(_deliveries.c.id == row["id"])
        .values(
            status=DeliveryStatus.PENDING,
            resends=resends,
            copies=case(
                (_deliveries.c.status.in_(_TAKEN), _deliveries.c.copies + 1),
                else_=_deliveries.c.copies,
            ),
            attempts_before=_deliveries.c.attempts,
            cut_off=0,
            tried_since=None,
            next_attempt_at=None,
            finished_at=None,
            told_at=None,
        )
    )
    detail = f"{row['channel']} to {row['recipient']}"
    await runs.record(connection, run, "delivery_asked_again", service, detail=detail)
    due = DeliveryDue(
        run_id=run.id,
        tenant_id=run.tenant_id,
        lane=run.lane,
        generation=run.generation,
        delivery_id=row["id"],
        channel=row["channel"],
        resends=resends,
    )
    await outbox.add_for(connection, DELIVERER, due, source=service)
