"""What the mailer does when a report was rendered, and when a delivery is due."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mailer import SERVICE
from services.mailer.deliverer import Deliverer
from shared import outbox
from shared.delivery_options import BODY_FORMATS
from shared.events import DeliveryDue, Event, ReportFormatRendered, ReportRendered
from shared.states import DeliveryStatus, RunStatus
from shared.store import tables
from shared.store.engine import Store
from shared.topology import DELIVERER, MAILER

# Built once: building one costs as much as running it.
_PENDING = select(
    tables.deliveries.c.id, tables.deliveries.c.channel, tables.deliveries.c.resends
).where(
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
        waiting = (await connection.execute(_PENDING, about)).mappings().all()
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
        await _ask(connection, event, waiting)


async def on_format_rendered(event: ReportFormatRendered, *, store: Store) -> None:
    """Ask for the deliveries that waited for a text which only their channel needs.

    They are to further recipients of a run that was mailed to nobody before. Asking twice does
    no harm: a claim takes what waits and nothing else.
    """
    if event.format not in BODY_FORMATS.values():
        return
    async with store.tenant(event.tenant_id) as connection:
        about = {"event_run": event.run_id, "event_generation": event.generation}
        waiting = [
            row
            for row in (await connection.execute(_PENDING, about)).mappings().all()
            if BODY_FORMATS.get(row["channel"]) == event.format
        ]
        await _ask(connection, event, waiting)


async def _ask(connection: AsyncConnection, event: Event, waiting: Sequence[RowMapping]) -> None:
    due = [
        DeliveryDue(
            run_id=event.run_id,
            tenant_id=event.tenant_id,
            lane=event.lane,
            generation=event.generation,
            delivery_id=row["id"],
            channel=row["channel"],
            resends=row["resends"],
        )
        for row in waiting
    ]
    await outbox.add_for(connection, DELIVERER, *due, source=SERVICE)


async def on_delivery_due(event: DeliveryDue, *, deliverer: Deliverer) -> None:
    """Make one attempt at one delivery."""
    await deliverer.attempt(event)
