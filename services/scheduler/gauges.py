"""Looks at queues and outbox for the metrics."""

from __future__ import annotations

from faststream.rabbit import RabbitBroker
from prometheus_client import Gauge
from sqlalchemy import func, select

from shared.states import Lane
from shared.store import tables
from shared.store.engine import Store
from shared.topology import CONSUMPTIONS, DEAD_LETTER_QUEUE, SIGNALS_QUEUE, messages_ready

QUEUE_DEPTH = Gauge("broadsheet_queue_depth", "Messages ready in a queue", ["queue"])
OUTBOX_AGE = Gauge("broadsheet_outbox_age_seconds", "Age of the oldest due, unpublished event")
OUTBOX_DUE = Gauge("broadsheet_outbox_due", "Due events that are not published yet")


async def observe_queues(broker: RabbitBroker) -> None:
    """Set the depth of every queue of ours."""
    names = [consumption.queue_name(lane) for consumption in CONSUMPTIONS for lane in Lane] + [
        DEAD_LETTER_QUEUE.name,
        SIGNALS_QUEUE.name,
    ]
    for name, ready in (await messages_ready(await broker.connect(), *names)).items():
        QUEUE_DEPTH.labels(name).set(ready)


async def observe_outbox(store: Store) -> None:
    """Set how many due events wait, and how long the oldest has."""
    outbox = tables.outbox
    async with store.quiet_housekeeping() as connection:
        waiting, age = (
            await connection.execute(
                select(
                    func.count(),
                    func.extract("epoch", func.now() - func.min(outbox.c.available_at)),
                ).where(outbox.c.published_at.is_(None), outbox.c.available_at <= func.now())
            )
        ).one()
    OUTBOX_DUE.set(waiting)
    OUTBOX_AGE.set(float(age or 0))
