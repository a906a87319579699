"""What the mailer does when a report was rendered, and when a delivery is due."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.mailer.deliverer import Deliverer
from shared import outbox
from shared.events import DeliveryDue, ReportRendered
from shared.states import DeliveryStatus, RunStatus
from shared.store import tables
from shared.store.engine import Store
from shared.topology import DELIVERER, MAILER

SERVICE = "mailer"


async def on_report_rendered(event: ReportRendered, *, store: Store) -> None:
    """Ask for each of the run's deliveries by itself, so that none waits for another."""
    deliveries, runs = tables.deliveries, tables.runs
    async with store.tenant(event.tenant_id) as connection:
        is_so = await connection.scalar(
            select(runs.c.id).where(
                runs.c.id == event.run_id,
                runs.c.generation == event.generation,
                runs.c.status == RunStatus.COMPLETED,
            )
        )
        if is_so is None:  # not remembered in the inbox: it may become true yet
            return
        first_time = await connection.scalar(
            insert(tables.inbox)
            .values(tenant_id=event.tenant_id, consumer=MAILER.name, event_id=event.id)
            .on_conflict_do_nothing()
            .returning(tables.inbox.c.event_id)
        )
        if first_time is None:
            return
        waiting = await connection.execute(
            select(deliveries.c.id, deliveries.c.channel).where(
                deliveries.c.run_id == event.run_id,
                deliveries.c.status == DeliveryStatus.PENDING,
            )
        )
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
