"""From the outbox to the broker: nothing marked that was not confirmed, nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import asyncpg
import pytest
from aio_pika.abc import AbstractChannel, AbstractRobustConnection
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from deploy.local.infrastructure import LocalInfrastructure
from shared import outbox
from shared.events import DeliveryDue, Event, ReportFailed, ReportRequested
from shared.outbox import Relay
from shared.states import Lane
from shared.store import tables
from shared.store.engine import Store
from shared.topology import REPORTS, Consumption, declare_topology
from tests.tenants import Tenant

Publishing = Callable[[], Awaitable[AbstractChannel]]


@pytest.fixture
async def connection(infra: LocalInfrastructure) -> AsyncIterator[AbstractRobustConnection]:
    async with await aio_pika.connect_robust(infra.amqp_url) as connection:
        await declare_topology(connection)
        yield connection


@pytest.fixture
async def publishing(connection: AbstractRobustConnection) -> Publishing:
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)

    async def give() -> AbstractChannel:
        return channel

    return give


@pytest.fixture
async def relay(store: Store, publishing: Publishing) -> Relay:
    relay = Relay(store, publishing)
    while await relay.publish_due():  # what other tests left
        pass
    return relay


def _failed(tenant: Tenant, *, message: str = "no", lane: Lane = Lane.BULK) -> ReportFailed:
    return ReportFailed(
        run_id=uuid4(),
        tenant_id=tenant.id,
        lane=lane,
        report_type="delivery_summary",
        stage="aggregate",
        code="tests",
        message=message,
    )


def _due(tenant: Tenant) -> DeliveryDue:
    return DeliveryDue(
        run_id=uuid4(), tenant_id=tenant.id, lane=Lane.BULK, delivery_id=uuid4(), channel="email"
    )


async def _write(store: Store, tenant: Tenant, *events: Event) -> None:
    async with store.tenant(tenant.id) as connection:
        await outbox.add(connection, *events, source="tests")


async def _rows(store: Store, tenant: Tenant) -> list[Any]:
    async with store.tenant(tenant.id) as connection:
        found = await connection.execute(select(tables.outbox).order_by(tables.outbox.c.id))
        return list(found.mappings().all())


async def _overhear(infra: LocalInfrastructure) -> tuple[Any, list[Any]]:
    connection = await aio_pika.connect(infra.amqp_url)
    channel = await connection.channel()
    queue = await channel.declare_queue(exclusive=True)
    await queue.bind(REPORTS.name, "report.failed.#")
    heard: list[Any] = []

    async def take(message: Any) -> None:
        heard.append(message)

    await queue.consume(take, no_ack=True)
    return connection, heard


async def test_an_event_is_marked_published_once_the_broker_has_it(
    infra: LocalInfrastructure, store: Store, tenant: Tenant, relay: Relay
) -> None:
    connection, heard = await _overhear(infra)
    event = _failed(tenant)
    await _write(store, tenant, event)
    await relay.publish_due()
    await asyncio.sleep(0.2)
    await connection.close()

    (row,) = await _rows(store, tenant)
    assert row["published_at"] is not None
    (message,) = [message for message in heard if message.message_id == str(event.id)]
    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    assert message.headers["cloudEvents_type"] == "report.failed.v1"
    assert ReportFailed.model_validate_json(message.body) == event


async def test_what_somebody_waits_for_does_not_wait_for_the_confirmation_of_bulk_events(
    store: Store, tenant: Tenant, publishing: Publishing, relay: Relay
) -> None:
    under_way, confirmed = asyncio.Event(), asyncio.Event()

    async def slow_at_first() -> AbstractChannel:
        if not under_way.is_set():
            under_way.set()
            await confirmed.wait()
        return await publishing()

    beside = Relay(store, slow_at_first, sweep_every=60)
    await beside.start()
    await _write(store, tenant, _failed(tenant))
    await under_way.wait()
    await _write(store, tenant, _failed(tenant, lane=Lane.INTERACTIVE))
    async with asyncio.timeout(4):  # less than the relay waits for the broker
        while await _published(store, tenant) != [Lane.INTERACTIVE.rank]:
            await asyncio.sleep(0.02)
    confirmed.set()
    async with asyncio.timeout(10):
        while len(await _published(store, tenant)) < 2:
            await asyncio.sleep(0.02)
    await beside.stop()


async def _published(store: Store, tenant: Tenant) -> list[int]:
    return [row["rank"] for row in await _rows(store, tenant) if row["published_at"] is not None]


async def test_an_event_whose_transaction_was_rolled_back_is_never_published(
    store: Store, tenant: Tenant, relay: Relay
) -> None:
    with pytest.raises(RuntimeError):
        async with store.tenant(tenant.id) as connection:
            await outbox.add(connection, _failed(tenant), source="tests")
            raise RuntimeError
    assert await relay.publish_due() == 0
    assert await _rows(store, tenant) == []


async def test_an_event_is_not_marked_while_the_broker_is_away(
    store: Store, tenant: Tenant, relay: Relay
) -> None:
    async def away() -> AbstractChannel:
        raise ConnectionError("no broker")

    await _write(store, tenant, _failed(tenant))
    with pytest.raises(ConnectionError):
        await Relay(store, away).publish_due()
    (row,) = await _rows(store, tenant)
    assert row["published_at"] is None
    await relay.publish_due()
    (row,) = await _rows(store, tenant)
    assert row["published_at"] is not None


async def test_work_that_no_queue_takes_stays_and_keeps_nothing_else_waiting(
    store: Store, tenant: Tenant, relay: Relay, publishing: Publishing
) -> None:
    nowhere = Consumption("tests-of-a-queue-that-is-not-there", DeliveryDue, published=False)
    small = Relay(store, publishing, batch=5)
    async with store.tenant(tenant.id) as connection:
        for _ in range(7):
            await outbox.add_for(connection, nowhere, _due(tenant), source="tests")
    await _write(store, tenant, _failed(tenant))

    for _ in range(3):
        await small.publish_due()

    rows = await _rows(store, tenant)
    assert [row["event_type"] for row in rows if row["published_at"] is not None] == [
        "report.failed.v1"
    ]
    assert len([row for row in rows if row["published_at"] is None]) == 7, "and nothing is lost"

    channel = await publishing()
    queue = nowhere.queue(Lane.BULK)
    await channel.declare_queue(queue.name, durable=True, arguments=queue.arguments)
    async with store.tenant(tenant.id) as connection:
        await connection.execute(
            update(tables.outbox)
            .where(tables.outbox.c.published_at.is_(None))
            .values(available_at=tables.outbox.c.created_at)
        )
    while await small.publish_due():
        pass
    assert all(row["published_at"] is not None for row in await _rows(store, tenant))


async def test_two_relays_at_once_publish_each_event_once(
    infra: LocalInfrastructure, store: Store, tenant: Tenant, relay: Relay, publishing: Publishing
) -> None:
    connection, heard = await _overhear(infra)
    events = [_failed(tenant) for _ in range(200)]
    await _write(store, tenant, *events)

    async def all_of_it(relay: Relay) -> None:
        while await relay.publish_due():
            pass

    await asyncio.gather(*(all_of_it(Relay(store, publishing, batch=7)) for _ in range(3)))
    await asyncio.sleep(0.3)
    await connection.close()

    ours = {str(event.id) for event in events}
    assert sorted(m.message_id for m in heard if m.message_id in ours) == sorted(ours)


async def test_events_are_published_in_the_order_in_which_they_became_due(
    infra: LocalInfrastructure, store: Store, tenant: Tenant, relay: Relay
) -> None:
    connection, heard = await _overhear(infra)
    events = [_failed(tenant, message=str(number)) for number in range(20)]
    for event in events:
        await _write(store, tenant, event)
    while await relay.publish_due():
        pass
    await asyncio.sleep(0.2)
    await connection.close()
    ours = [str(event.id) for event in events]
    assert [m.message_id for m in heard if m.message_id in set(ours)] == ours


async def test_events_about_what_people_wait_for_pass_the_others(
    infra: LocalInfrastructure, store: Store, tenant: Tenant, relay: Relay
) -> None:
    connection, heard = await _overhear(infra)
    events = [
        _failed(tenant).model_copy(update={"lane": lane})
        for lane in (Lane.BACKLOG, Lane.BULK, Lane.BACKLOG, Lane.INTERACTIVE, Lane.BULK)
    ]
    for event in events:
        await _write(store, tenant, event)
    while await relay.publish_due():
        pass
    await asyncio.sleep(0.2)
    await connection.close()

    lane_of = {str(event.id): event.lane for event in events}
    lanes = [lane_of[m.message_id] for m in heard if m.message_id in lane_of]
    assert lanes == ["interactive", "bulk", "bulk", "backlog", "backlog"]


async def test_a_whole_batch_is_told_to_those_who_listen(
    infra: LocalInfrastructure, store: Store, tenant: Tenant, relay: Relay
) -> None:
    # Postgres takes no notification of 8,000 bytes, which 216 ids are.
    events = [_failed(tenant) for _ in range(400)]
    heard: list[str] = []
    listener = await asyncpg.connect(infra.admin_database_url)
    await listener.add_listener(outbox.RUN_CHANGED, lambda *told: heard.append(told[-1]))
    await _write(store, tenant, *events)

    assert await relay.publish_due() == 400
    while await relay.publish_due():  # events of somebody else may have been among them
        pass
    told = {str(event.run_id) for event in events}
    async with asyncio.timeout(10):
        while not told <= {run for hint in heard for run in hint.split(",")}:
            await asyncio.sleep(0.02)
    await listener.close()


@pytest.fixture
async def heard(infra: LocalInfrastructure) -> AsyncIterator[list[str]]:
    """What is hinted while the test runs."""
    told: list[str] = []
    listener = await asyncpg.connect(infra.admin_database_url)
    await listener.add_listener(outbox.RUN_CHANGED, lambda *hint: told.append(hint[-1]))
    yield told
    await listener.close()


async def _once_told(heard: list[str], event: Event) -> None:
    async with asyncio.timeout(10):
        while not any(str(event.run_id) in hint for hint in heard):
            await asyncio.sleep(0.02)


async def test_who_waits_is_told_at_the_commit_and_not_again(
    store: Store, tenant: Tenant, relay: Relay, heard: list[str]
) -> None:
    awaited = _failed(tenant, lane=Lane.INTERACTIVE)
    await _write(store, tenant, awaited)
    await _once_told(heard, awaited)
    before = [hint for hint in heard if str(awaited.run_id) in hint]

    scheduled = _failed(tenant, lane=Lane.BULK)
    await _write(store, tenant, scheduled)
    assert not any(str(scheduled.run_id) in hint for hint in heard)
    while await relay.publish_due():
        pass
    await _once_told(heard, scheduled)
    assert [hint for hint in heard if str(awaited.run_id) in hint] == before


@pytest.mark.parametrize("lane", Lane)
async def test_a_new_run_is_told_to_those_who_watch_all_runs(
    store: Store, tenant: Tenant, relay: Relay, heard: list[str], lane: Lane
) -> None:
    new = ReportRequested(
        run_id=uuid4(), tenant_id=tenant.id, lane=lane, report_type="tests", formats=("csv",)
    )
    await _write(store, tenant, new)
    while await relay.publish_due():
        pass
    async with asyncio.timeout(10):
        while not heard:
            await asyncio.sleep(0.02)
    assert not any(str(new.run_id) in hint for hint in heard)


async def test_a_retry_is_not_published_before_it_is_due(
    store: Store, tenant: Tenant, relay: Relay, publishing: Publishing
) -> None:
    later = Consumption(f"tests-{tenant.slug}", DeliveryDue, published=False)
    queue = later.queue(Lane.BULK)
    channel = await publishing()
    await channel.declare_queue(queue.name, durable=True, arguments=queue.arguments)
    async with store.tenant(tenant.id) as connection:
        await outbox.add_for(
            connection, later, _due(tenant), source="tests", delay=timedelta(milliseconds=400)
        )
    await relay.publish_due()
    (row,) = await _rows(store, tenant)
    assert row["published_at"] is None
    await asyncio.sleep(0.5)
    await relay.publish_due()
    (row,) = await _rows(store, tenant)
    assert row["published_at"] is not None


async def test_a_started_relay_publishes_right_after_the_commit(
    store: Store, tenant: Tenant, relay: Relay
) -> None:
    await relay.start()
    try:
        await _write(store, tenant, _failed(tenant))
        for _ in range(40):
            await asyncio.sleep(0.05)
            (row,) = await _rows(store, tenant)
            if row["published_at"] is not None:
                break
        assert row["published_at"] - row["created_at"] < timedelta(seconds=1)
    finally:
        await relay.stop()


async def test_a_tenant_cannot_write_events_for_another(
    store: Store, tenant: Tenant, relay: Relay
) -> None:
    event = _failed(tenant).model_copy(update={"tenant_id": UUID(int=5)})
    with pytest.raises(DBAPIError, match="row-level security"):
        await _write(store, tenant, event)
