"""What the mailer does when a report was rendered, and when a delivery is due."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from services.mailer import SERVICE
from services.mailer.deliverer import Deliverer
from shared import outbox
from shared.events import DeliveryDue, ReportRendered
from shared.states import DeliveryStatus, RunStatus
from shared.store import tables
from shared.store.engine import Store
from shared.topology import DELIVERER, MAILER

# Built once: building one costs as much as running it.
_PENDING = select(tables.deliveries.c.id, tables.deliveries.c.channel).where(
    tables.deliveries.c.run_id == tables.runs.c.id,
    tables.deliveries.c.status == DeliveryStatus.PENDING,
    tables.runs.c.id == bindparam("event_run"),
    tables.runs.c.generation == bindparam("event_generation"),
    tables.runs.c.status == RunStatus.COMPLETED,
)
_REMEMBER = insert(tables.inbox).on_conflict_do_nothing().returning(tables.inbox.c.event_id)


async def on_report_rendered(event: ReportRendered, *, store: Store) -> None:
    """Ask for each of the run's deliveries by itself, so that none waits for another."""
    async with store.tenant(event.tenant_id) as connection:
        about = {"event_run": event.run_id, "event_generation": event.generation}
        waiting = (await connection.execute(_PENDING, about)).all()
        if not waiting:
            # Not remembered in the inbox: nothing was done, and of a run that is not complete
            # it may become true yet.
            return
        first_time = await connection.scalar(
            _REMEMBER,
            {"tenant_id": event.tenant_id, "consumer": MAILER.name, "event_id": event.id},
        )
        if first_time is None:
            return
        due = [
            DeliveryDue(
                run_id=event.run_id,
                tenant_id=event.tenant_id,
                lane=event.lane,
                generation=event.generation,
                delivery_id=delivery_id,
                channel=channel,
            )
            for delivery_id, channel in waiting
        ]
        await outbox.add_for(connection, DELIVERER, *due, source=SERVICE)


async def on_delivery_due(event: DeliveryDue, *, deliverer: Deliverer) -> None:
    """Make one attempt at one delivery."""
    await deliverer.attempt(event)
