"""The broker's exchanges and queues: names, arguments and how they hang together.

Everything declared here works on RabbitMQ 3.10 and on 4.x.
"""

from __future__ import annotations

from dataclasses import dataclass

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractQueue
from faststream.rabbit import ExchangeType, QueueType, RabbitExchange, RabbitQueue
from faststream.rabbit.schemas.queue import QuorumQueueArgs

from shared.events import (
    DeliveryDue,
    DestinationTestDue,
    Event,
    ReportAggregated,
    ReportFormatRendered,
    ReportFormatRequested,
    ReportRendered,
    ReportRequested,
)
from shared.instances import QueueDepth
from shared.states import Lane

REPORTS = RabbitExchange("broadsheet.reports", type=ExchangeType.TOPIC, durable=True)
"""Where every event is published; outsiders bind their own queues to it."""

COMMANDS = RabbitExchange("broadsheet.commands", type=ExchangeType.FANOUT, durable=True)
"""Where other systems ask for reports; all they need is to write to it."""

DEAD_LETTERS = RabbitExchange("broadsheet.dead-letters", type=ExchangeType.FANOUT, durable=True)

DELIVERY_LIMIT = 20
"""How often the broker hands out one message before it counts as poison.

High, because a restarted worker counts too: only a message that takes its consumer down
every time gets there.
"""

DEAD_LETTER_QUEUE = RabbitQueue(
    "broadsheet.dead-letters", queue_type=QueueType.QUORUM, durable=True
)


SIGNALS = RabbitExchange("broadsheet.signals", type=ExchangeType.TOPIC, durable=True)
"""Where other systems say that data are there, by the routing key `<tenant>.<signal>`."""

_DEAD_LETTERED: QuorumQueueArgs = {
    "x-delivery-limit": DELIVERY_LIMIT,
    "x-dead-letter-exchange": DEAD_LETTERS.name,
    # Both are needed for dead-lettering at least once (since RabbitMQ 3.10).
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}

SIGNALS_QUEUE = RabbitQueue(
    "broadsheet.scheduler.signals",
    queue_type=QueueType.QUORUM,
    durable=True,
    routing_key="#",
    arguments=_DEAD_LETTERED,
)

COMMANDS_QUEUE = RabbitQueue(
    "broadsheet.commands",
    queue_type=QueueType.QUORUM,
    durable=True,
    arguments=_DEAD_LETTERED,
)


@dataclass(frozen=True)
class Consumption:
    """One consumer and the queues it reads: one per lane."""

    name: str
    """The consumer's name in the inbox and in its queues' names."""
    event: type[Event]
    published: bool = True
    """False: messages come straight to the queue and through no exchange."""

    def queue_name(self, lane: Lane) -> str:
        """The queue of that lane, for instance `broadsheet.aggregator.bulk`."""
        return f"broadsheet.{self.name}.{lane}"

    def queue(self, lane: Lane) -> RabbitQueue:
        """A quorum queue whose refused messages end, for certain, in the dead-letter queue."""
        return RabbitQueue(
            self.queue_name(lane),
            queue_type=QueueType.QUORUM,
            durable=True,
            routing_key=f"{self.event.name()}.{lane}",
            arguments=_DEAD_LETTERED,
        )


AGGREGATOR = Consumption("aggregator", ReportRequested)
RENDERER = Consumption("renderer", ReportAggregated)
FORMAT_RENDERER = Consumption("renderer.formats", ReportFormatRequested)
MAILER = Consumption("mailer", ReportRendered)
FORMAT_MAILER = Consumption("mailer.formats", ReportFormatRendered)
DELIVERER = Consumption("mailer.deliveries", DeliveryDue, published=False)
DESTINATION_TESTER = Consumption("mailer.tests", DestinationTestDue, published=False)

CONSUMPTIONS = (
    AGGREGATOR,
    RENDERER,
    FORMAT_RENDERER,
    MAILER,
    FORMAT_MAILER,
    DELIVERER,
    DESTINATION_TESTER,
)
QUEUE_NAMES = (
    *(consumption.queue_name(lane) for consumption in CONSUMPTIONS for lane in Lane),
    COMMANDS_QUEUE.name,
    SIGNALS_QUEUE.name,
    DEAD_LETTER_QUEUE.name,
)
"""Of every queue of ours."""
CONSUMED_TYPES = frozenset(consumption.event.TYPE for consumption in CONSUMPTIONS)


async def declare_topology(connection: AbstractConnection) -> None:
    """Declare it all. Every process does so at its start, so none depends on another's.

    On a channel of its own, past FastStream: that remembers a queue with the channel that declared
    it, and would have all consumers read on this one, without their prefetch.
    """
    async with connection.channel() as channel:
        reports = await _exchange(channel, REPORTS)
        dead_letters = await _exchange(channel, DEAD_LETTERS)
        signals = await _exchange(channel, SIGNALS)
        commands = await _exchange(channel, COMMANDS)
        await (await _queue(channel, DEAD_LETTER_QUEUE)).bind(dead_letters)
        await (await _queue(channel, SIGNALS_QUEUE)).bind(signals, SIGNALS_QUEUE.routing_key)
        await (await _queue(channel, COMMANDS_QUEUE)).bind(commands)
        for consumption in CONSUMPTIONS:
            for lane in Lane:
                wanted = consumption.queue(lane)
                queue = await _queue(channel, wanted)
                if consumption.published:
                    await queue.bind(reports, wanted.routing_key)


async def depths(connection: AbstractConnection, *queues: str) -> tuple[QueueDepth, ...]:
    """What waits in each of these queues now, and how many read it."""
    async with connection.channel() as channel:
        seen = [
            (await channel.declare_queue(name, passive=True)).declaration_result for name in queues
        ]
    return tuple(
        QueueDepth(name=name, ready=of.message_count or 0, consumers=of.consumer_count or 0)
        for name, of in zip(queues, seen, strict=True)
    )


async def _exchange(channel: AbstractChannel, wanted: RabbitExchange) -> AbstractExchange:
    return await channel.declare_exchange(
        wanted.name, wanted.type.value, durable=wanted.durable, arguments=wanted.arguments
    )


async def _queue(channel: AbstractChannel, wanted: RabbitQueue) -> AbstractQueue:
    return await channel.declare_queue(
        wanted.name, durable=wanted.durable, arguments=wanted.arguments
    )
