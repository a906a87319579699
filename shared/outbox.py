"""The transactional outbox: events are written in the effect's transaction, then relayed.

`add` and `add_for` write; a `Relay` in each producing process publishes what is due, marks it
after the broker's confirm, and so publishes at least once. A process that dies in between
leaves rows that any other relay takes up; the scheduler's sweeps every second.

Who waits for a run is hinted at its news: by the effect's own transaction where somebody may wait,
else by the relay, once for a batch (docs/decisions/0003-outbox-relay.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Collection, Sequence, Set
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from aio_pika import DeliveryMode
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import DeliveryError
from aiormq import Channel
from pamqp.commands import Basic
from sqlalchemy import (
    Integer,
    Interval,
    RowMapping,
    SmallInteger,
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
from shared.events import Event, ReportRequested
from shared.states import Lane
from shared.store import tables
from shared.store.engine import Store, note_events
from shared.store.many_rows import as_given, given, insert_given
from shared.topology import CONSUMED_TYPES, REPORTS, Consumption

log = structlog.get_logger(__name__)

RUN_CHANGED = "broadsheet_run_changed"
"""The LISTEN channel with hints that runs have news (payload: their ids, with commas between).

A new run is not named: nobody waits for it yet but those who watch all runs."""


_COLUMNS = (
    *("id", "tenant_id", "event_id", "event_type", "run_id"),
    *("exchange", "routing_key", "rank", "headers", "payload"),
)
# Statements are built once: recognising an equal one costs as much as running it.
_hint = func.unnest(bindparam("hints", type_=ARRAY(Text))).column_valued("hint")
_TELL = select(func.pg_notify(RUN_CHANGED, _hint))
_INSERT = _TELL.add_cte(insert_given(tables.outbox, _COLUMNS).cte("written"))
_given = given(tables.outbox, _COLUMNS, delay=Interval())
_INSERT_LATER = (
    insert(tables.outbox)
    .from_select(
        [*_COLUMNS, "available_at"],
        select(*(_given.c[name] for name in _COLUMNS), func.now() + _given.c.delay),
    )
    .inline()
)
_DUE = (
    select(tables.outbox)
    .where(
        tables.outbox.c.published_at.is_(None),
        tables.outbox.c.available_at <= func.now(),
        tables.outbox.c.rank <= bindparam("last_rank", type_=SmallInteger),
    )
    .order_by(tables.outbox.c.rank, tables.outbox.c.available_at)
    .limit(bindparam("batch", type_=Integer))
    .with_for_update(skip_locked=True)
)
_PUBLISHED = (
    update(tables.outbox)
    .where(tables.outbox.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
    .values(published_at=func.clock_timestamp())
    .cte("published")
)
_MARK_PUBLISHED = _TELL.add_cte(_PUBLISHED)
_RUNS_IN_A_HINT = 200
"""Postgres refuses a notification of 8,000 bytes, and with it the marking."""
_NEW_RUNS = ""

_SOMEBODY_WAITS, _NOBODY_WAITS = Lane.INTERACTIVE.rank, max(lane.rank for lane in Lane)
_CONFIRMED_WITHIN_SECONDS = 5.0

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


def row_of(event: Event, source: str, trace: dict[str, str] | None = None) -> dict[str, Any]:
    """The row of an event for everyone.

    `trace`: its W3C trace headers; those of the work under way when left out.
    """
    return _row(event, source, trace, exchange=REPORTS.name, routing_key=event.routing_key)


def row_for(consumption: Consumption, event: Event, source: str) -> dict[str, Any]:
    """The row of an event for one consumer's queue alone: see `add_for`."""
    return _row(event, source, None, exchange="", routing_key=consumption.queue_name(event.lane))


async def add_rows(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Write what `row_of` and `row_for` made."""
    if rows:
        changed = {row["run_id"] for row in rows if _is_awaited(row["event_type"], row["rank"])}
        await connection.execute(_INSERT, {**as_given(rows), "hints": _hints(changed)})
        note_events(connection, (row["rank"] for row in rows))


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
        later = [{**row, "delay": delay} for row, delay in rows]
        await connection.execute(_INSERT_LATER, as_given(later))
        note_events(connection, (row["rank"] for row, delay in rows if not delay))


def _row(
    event: Event,
    source: str,
    trace: dict[str, str] | None,
    *,
    exchange: str,
    routing_key: str,
) -> dict[str, Any]:
    event_id = event.id
    headers = {
        "cloudEvents_specversion": "1.0",
        "cloudEvents_id": str(event_id),
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
        "event_id": event_id,
        "event_type": event.TYPE,
        "run_id": event.run_id,
        "exchange": exchange,
        "routing_key": routing_key,
        "rank": event.lane.rank,
        "headers": headers | (telemetry.current_trace_headers() if trace is None else trace),
        "payload": event.model_dump_json(),
    }


def _is_new(event_type: str) -> bool:
    return event_type == ReportRequested.TYPE


def _is_awaited(event_type: str, rank: int) -> bool:
    """Whether somebody may wait for this news of the run, so that its writer tells it."""
    return rank == _SOMEBODY_WAITS and not _is_new(event_type)


def _hints(run_ids: Collection[UUID]) -> list[str]:
    runs = [str(run_id) for run_id in run_ids]
    return [
        ",".join(runs[start : start + _RUNS_IN_A_HINT])
        for start in range(0, len(runs), _RUNS_IN_A_HINT)
    ]


class Relay:
    """Publishes what lies in the outbox.

    `wake` after a commit publishes at once. `sweep_every` (seconds) also looks by itself,
    for what a dead process left and for retries that have become due. What somebody waits for has
    passes of its own: beside a burst it would wait for the broker's confirmation of bulk events.
    """

    def __init__(
        self,
        store: Store,
        channel: Callable[[], Awaitable[AbstractChannel]],
        *,
        sweep_every: float = 5.0,
        batch: int = 400,
        nobody_waits: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`channel`: gives one that confirms and raises what is returned, or raises while the
        broker is away. `nobody_waits`: returns once the passes over all lanes are in nobody's way.
        """
        self._store = store
        self._channel = channel
        self._sweep_every = sweep_every
        self._batch = batch
        self._nobody_waits = nobody_waits
        self._woken = asyncio.Event()
        self._woken_for_somebody = asyncio.Event()
        self._failures = 0
        """Passes in a row that could not reach the broker or the store."""
        self._tasks: list[asyncio.Task[None]] = []
        self._on_pass: Callable[[datetime, float, int], None] | None = None
        store.on_events(self._wake_for)

    def on_pass(self, hook: Callable[[datetime, float, int], None]) -> None:
        """Call `hook` after each look: when it began, how many seconds it took, what it found."""
        self._on_pass = hook

    def wake(self) -> None:
        """There may be something to publish."""
        self._woken.set()

    def _wake_for(self, ranks: Set[int]) -> None:
        if _SOMEBODY_WAITS in ranks:
            self._woken_for_somebody.set()
        if ranks - {_SOMEBODY_WAITS}:
            self._woken.set()

    async def start(self) -> None:
        """Start publishing in the background."""
        self._tasks = [
            asyncio.create_task(self._publish_all(), name="outbox relay"),
            asyncio.create_task(self._publish_what_somebody_waits_for(), name="first relay"),
        ]

    async def stop(self) -> None:
        """Publish what is due, if the broker lets us, and stop."""
        if not self._tasks:
            return
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(2):
                await self.publish_due()

    async def _publish_what_somebody_waits_for(self) -> None:
        while True:
            await self._woken_for_somebody.wait()
            self._woken_for_somebody.clear()
            if not self._failures:
                with contextlib.suppress(Exception):  # the rows stay, and the other passes say why
                    while await self.publish_due(_SOMEBODY_WAITS) == self._batch:
                        pass
                    continue
            self.wake()

    async def _publish_all(self) -> None:
        while True:
            if self._nobody_waits is not None:
                await self._nobody_waits()
            self._woken.clear()
            began, clock = datetime.now(UTC), time.monotonic()
            try:
                published = await self.publish_due()
                self._failures = 0
                if self._on_pass is not None:
                    self._on_pass(began, time.monotonic() - clock, published)
            except Exception as error:  # the broker or the store is away: the rows stay
                self._failures += 1
                log.warning("outbox relay waits", reason=repr(error), failures=self._failures)
                await asyncio.sleep(min(0.2 * 2**self._failures, 5.0))
                continue
            if published < self._batch:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._sweep_every):
                        await self._woken.wait()

    async def publish_due(self, last_rank: int = _NOBODY_WAITS) -> int:
        """Publish one batch of due rows; returns how many. Rows others hold are passed over.

        `last_rank`: up to which of the lanes' ranks.
        """
        # Not `housekeeping()`: its commit would wake this relay again, for ever.
        async with self._store.quiet_housekeeping() as connection:
            due = await connection.execute(_DUE, {"batch": self._batch, "last_rank": last_rank})
            rows = due.mappings().all()
            if not rows:
                return 0
            confirmed, returned = await self._publish(rows)
            if returned:
                await connection.execute(_POSTPONE, {"ids": [row["id"] for row in returned]})
            untold = [row for row in confirmed if not _is_awaited(row["event_type"], row["rank"])]
            changed = {row["run_id"] for row in untold if not _is_new(row["event_type"])}
            hints = _hints(changed) or [_NEW_RUNS] * bool(untold)
            await connection.execute(
                _MARK_PUBLISHED, {"ids": [row["id"] for row in confirmed], "hints": hints}
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
        async with asyncio.timeout(_CONFIRMED_WITHIN_SECONDS):
            channel = await (await self._channel()).get_underlay_channel()
            assert isinstance(channel, Channel)
        outcomes = await asyncio.gather(
            *(_publish_one(channel, row) for row in rows), return_exceptions=True
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


async def _publish_one(channel: Channel, row: RowMapping) -> None:
    with telemetry.publishing(row["routing_key"], row["headers"]) as headers:
        # Without the layers above the protocol, which take as long again. And without waiting until
        # it is written: a batch goes out in few writes, and each message is confirmed by itself.
        await channel.basic_publish(
            row["payload"].encode(),
            exchange=row["exchange"],
            routing_key=row["routing_key"],
            properties=Basic.Properties(
                content_type="application/json",
                headers=headers,
                delivery_mode=DeliveryMode.PERSISTENT,
                correlation_id=str(row["run_id"]),
                message_id=str(row["event_id"]),
                message_type=row["event_type"],
            ),
            # Work for one of our own consumers must reach a queue; news need not.
            mandatory=row["exchange"] == "" or row["event_type"] in CONSUMED_TYPES,
            timeout=_CONFIRMED_WITHIN_SECONDS,
            wait=False,
        )
