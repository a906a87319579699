"""The transactional outbox: events are written in the effect's transaction, then relayed.

`add` and `add_for` write; a `Relay` in each producing process publishes what is due, marks it
after the broker's confirm, and so publishes at least once. A process that dies in between
leaves rows that any other relay takes up; the scheduler's sweeps every second.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from aio_pika.exceptions import DeliveryError
from faststream.rabbit import RabbitBroker
from sqlalchemy import (
    Integer,
    Interval,
    RowMapping,
    Text,
    Uuid,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from shared import telemetry
from shared.events import Event
from shared.store import tables
from shared.store.engine import Store, note_events
from shared.topology import CONSUMED_TYPES, REPORTS, Consumption

log = structlog.get_logger(__name__)

RUN_CHANGED = "broadsheet_run_changed"
"""The LISTEN channel on which a relay hints which runs have news (payload: run ids)."""


# Statements are built once: recognising an equal one costs as much as running it.
_INSERT = insert(tables.outbox)
_INSERT_LATER = insert(tables.outbox).values(
    available_at=func.now() + bindparam("delay", type_=Interval)
)
_DUE = (
    select(tables.outbox)
    .where(tables.outbox.c.published_at.is_(None), tables.outbox.c.available_at <= func.now())
    .order_by(tables.outbox.c.available_at)
    .limit(bindparam("batch", type_=Integer))
    .with_for_update(skip_locked=True)
)
_PUBLISHED = (
    update(tables.outbox)
    .where(tables.outbox.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
    .values(published_at=func.clock_timestamp())
    .cte("published")
)
_MARK_PUBLISHED = select(func.pg_notify(RUN_CHANGED, bindparam("runs", type_=Text))).add_cte(
    _PUBLISHED
)

RETURNED_AGAIN_AFTER = timedelta(seconds=10)
"""The pause after the broker gave an event back: no queue takes it, and others wait behind it."""
_POSTPONE = (
    update(tables.outbox)
    .where(tables.outbox.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
    .values(available_at=func.clock_timestamp() + RETURNED_AGAIN_AFTER)
)


async def add(connection: AsyncConnection, *events: Event, source: str) -> None:
    """Write events, to be published to everyone once the transaction commits.

    `source` is the CloudEvents source: the service that says so.
    """
    await add_rows(connection, [row_of(event, source) for event in events])


def row_of(event: Event, source: str) -> dict[str, Any]:
    """The row of an event for everyone, with the trace of the work under way."""
    return _row(event, source, exchange=REPORTS.name, routing_key=event.routing_key)


def row_for(consumption: Consumption, event: Event, source: str) -> dict[str, Any]:
    """The row of an event for one consumer's queue alone: see `add_for`."""
    return _row(event, source, exchange="", routing_key=consumption.queue_name(event.lane))


async def add_rows(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Write what `row_of` and `row_for` made."""
    if rows:
        await connection.execute(_INSERT, rows)
        note_events(connection)


async def add_for(
    connection: AsyncConnection,
    consumption: Consumption,
    *events: Event,
    source: str,
    delay: timedelta = timedelta(0),
) -> None:
    """Write events for one consumer's queue alone: retries, and words to oneself.

    The delay counts on the database's clock. The event keeps its id, so an outsider sees
    each event once and the consumer's inbox recognises it.
    """
    rows = [row_for(consumption, event, source) for event in events]
    await add_rows_later(connection, [(row, delay) for row in rows])


async def add_rows_later(
    connection: AsyncConnection, rows: Sequence[tuple[dict[str, Any], timedelta]]
) -> None:
    """Write rows, each to be published after its delay by the database's clock."""
    if rows:
        await connection.execute(_INSERT_LATER, [{**row, "delay": delay} for row, delay in rows])
        if not all(delay for _, delay in rows):
            note_events(connection)


def _row(event: Event, source: str, *, exchange: str, routing_key: str) -> dict[str, Any]:
    headers = {
        "cloudEvents_specversion": "1.0",
        "cloudEvents_id": str(event.id),
        "cloudEvents_source": f"/broadsheet/{source}",
        "cloudEvents_type": event.TYPE,
        "cloudEvents_subject": str(event.subject),
        "cloudEvents_time": datetime.now(UTC).isoformat(),
        "cloudEvents_dataschema": f"urn:broadsheet:{event.TYPE}",
        "tenant": str(event.tenant_id),
    }
    return {
        "id": uuid7(),
        "tenant_id": event.tenant_id,
        "event_id": event.id,
        "event_type": event.TYPE,
        "run_id": event.run_id,
        "exchange": exchange,
        "routing_key": routing_key,
        "headers": headers | telemetry.current_trace_headers(),
        "payload": event.model_dump_json(),
    }


class Relay:
    """Publishes what lies in the outbox.

    `wake` after a commit publishes at once. `sweep_every` (seconds) also looks by itself,
    for what a dead process left and for retries that have become due.
    """

    def __init__(
        self, store: Store, broker: RabbitBroker, *, sweep_every: float = 5.0, batch: int = 100
    ) -> None:
        self._store = store
        self._broker = broker
        self._sweep_every = sweep_every
        self._batch = batch
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        store.on_events(self.wake)

    def wake(self) -> None:
        """There may be something to publish."""
        self._woken.set()

    async def start(self) -> None:
        """Start publishing in the background."""
        self._task = asyncio.create_task(self._run(), name="outbox relay")

    async def stop(self) -> None:
        """Publish what is due, if the broker lets us, and stop."""
        if self._task is None:
            return
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        with contextlib.suppress(Exception):
            async with asyncio.timeout(2):
                await self.publish_due()

    async def _run(self) -> None:
        failures = 0
        while True:
            self._woken.clear()
            try:
                published = await self.publish_due()
                failures = 0
            except Exception as error:  # the broker or the store is away: the rows stay
                failures += 1
                log.warning("outbox relay waits", reason=repr(error), failures=failures)
                await asyncio.sleep(min(0.2 * 2**failures, 5.0))
                continue
            if published < self._batch:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._sweep_every):
                        await self._woken.wait()

    async def publish_due(self) -> int:
        """Publish one batch of due rows; returns how many. Rows others hold are passed over."""
        # Not `housekeeping()`: its commit would wake this relay again, for ever.
        async with self._store.quiet_housekeeping() as connection:
            rows = (await connection.execute(_DUE, {"batch": self._batch})).mappings().all()
            if not rows:
                return 0
            confirmed, returned = await self._publish(rows)
            if returned:
                await connection.execute(_POSTPONE, {"ids": [row["id"] for row in returned]})
            runs = ",".join({str(row["run_id"]) for row in confirmed})
            await connection.execute(
                _MARK_PUBLISHED, {"ids": [row["id"] for row in confirmed], "runs": runs}
            )
        if len(confirmed) + len(returned) < len(rows):
            raise ConnectionError(
                f"{len(rows) - len(confirmed) - len(returned)} events were not confirmed"
            )
        telemetry.EVENTS_PUBLISHED.inc(len(confirmed))
        return len(rows)

    async def _publish(
        self, rows: Sequence[RowMapping]
    ) -> tuple[list[RowMapping], list[RowMapping]]:
        """Publish the rows at once; those the broker confirmed, and those it gave back."""
        outcomes = await asyncio.gather(
            *(self._publish_one(row) for row in rows), return_exceptions=True
        )
        confirmed, returned = [], []
        for row, outcome in zip(rows, outcomes, strict=True):
            if not isinstance(outcome, BaseException):
                confirmed.append(row)
                continue
            log.warning(
                "an event was not confirmed", routing_key=row["routing_key"], reason=repr(outcome)
            )
            if isinstance(outcome, DeliveryError):
                returned.append(row)
        return confirmed, returned

    async def _publish_one(self, row: RowMapping) -> None:
        event_id: UUID = row["event_id"]
        with telemetry.continued(row["headers"]):
            await self._broker.publish(
                row["payload"].encode(),
                # By the object: one made from its name each time costs a tenth of publishing.
                exchange=REPORTS if row["exchange"] == REPORTS.name else row["exchange"] or None,
                routing_key=row["routing_key"],
                headers=row["headers"],
                message_id=str(event_id),
                message_type=row["event_type"],
                correlation_id=str(row["run_id"]),
                content_type="application/json",
                persist=True,
                # Work for one of our own consumers must reach a queue; news need not.
                mandatory=row["exchange"] == "" or row["event_type"] in CONSUMED_TYPES,
                timeout=5.0,
            )
