"""Looks at queues and outbox, for the metrics and for whoever asks how the services are."""

from __future__ import annotations

from datetime import UTC, datetime

from faststream.rabbit import RabbitBroker
from prometheus_client import Gauge
from sqlalchemy import func, select

from shared.instances import OutboxReading, QueueReading
from shared.store import tables
from shared.store.engine import Store
from shared.topology import QUEUE_NAMES, depths

QUEUE_DEPTH = Gauge("broadsheet_queue_depth", "Messages ready in a queue", ["queue"])
OUTBOX_AGE = Gauge("broadsheet_outbox_age_seconds", "Age of the oldest due, unpublished event")
OUTBOX_DUE = Gauge("broadsheet_outbox_due", "Due events that are not published yet")


class Gauges:
    """What was last seen; of a broker or a store that is away, what was seen before."""

    def __init__(self, store: Store, broker: RabbitBroker) -> None:
        self._store = store
        self._broker = broker
        self.queues: QueueReading | None = None
        self.outbox: OutboxReading | None = None

    async def observe_queues(self) -> None:
        """Read the depth of every queue of ours."""
        queues = await depths(await self._broker.connect(), *QUEUE_NAMES)
        for queue in queues:
            QUEUE_DEPTH.labels(queue.name).set(queue.ready)
        self.queues = QueueReading(at=datetime.now(UTC), queues=queues)

    async def observe_outbox(self) -> None:
        """Read how many due events wait, and how long the oldest has."""
        outbox = tables.outbox
        async with self._store.quiet_housekeeping() as connection:
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
        self.outbox = OutboxReading(
            at=datetime.now(UTC), due=waiting, age_seconds=round(float(age or 0), 3)
        )
