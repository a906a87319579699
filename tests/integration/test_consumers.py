"""How much of each lane a process takes in hand."""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import uuid4

import aio_pika
from faststream.rabbit import RabbitBroker

from deploy.local.infrastructure import LocalInfrastructure
from shared.consumer import Consumers
from shared.events import DeliveryDue
from shared.settings import ServiceSettings
from shared.states import Lane
from shared.topology import Consumption, declare_topology

MESSAGES = 12


async def test_a_process_takes_no_more_of_a_lane_in_hand_than_it_is_to(
    infra: LocalInfrastructure, settings: ServiceSettings
) -> None:
    ours = Consumption(f"tests-{uuid4()}", DeliveryDue, published=False)
    in_hand: Counter[Lane] = Counter()
    done = asyncio.Event()

    async def work(event: DeliveryDue) -> None:
        in_hand[event.lane] += 1
        await done.wait()

    broker = RabbitBroker(infra.amqp_url, logger=None, apply_types=False)
    consumers = Consumers(broker, settings)
    consumers.add(ours, DeliveryDue, work)
    connection = await broker.connect()
    async with connection.channel() as channel:
        # As a service does, which declares everything before it starts.
        await declare_topology(connection)
        for lane in Lane:
            queue = ours.queue(lane)
            await channel.declare_queue(queue.name, durable=True, arguments=queue.arguments)
            for _ in range(MESSAGES):
                event = DeliveryDue(
                    run_id=uuid4(),
                    tenant_id=uuid4(),
                    lane=lane,
                    delivery_id=uuid4(),
                    channel="email",
                )
                message = aio_pika.Message(event.model_dump_json().encode())
                await channel.default_exchange.publish(message, queue.name)
        await broker.start()
        await asyncio.sleep(1)
        taken = dict(in_hand)
        done.set()
        while sum(in_hand.values()) < MESSAGES * len(Lane):
            await asyncio.sleep(0.05)
        await consumers.stop()
        for lane in Lane:
            await channel.queue_delete(ours.queue_name(lane))
    await broker.stop()

    assert taken == {
        Lane.INTERACTIVE: settings.interactive_prefetch,
        Lane.BULK: settings.bulk_prefetch,
        Lane.BACKLOG: settings.bulk_prefetch,
    }
