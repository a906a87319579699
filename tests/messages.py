"""The broker as a test sees it: raw messages in, raw messages out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from shared.topology import REPORTS


class Messages:
    """One connection to the broker."""

    def __init__(self, url: str, channel: AbstractChannel) -> None:
        self._url = url
        self._channel = channel

    async def put(self, queue: str, body: bytes, headers: dict[str, Any] | None = None) -> None:
        """Straight into a queue."""
        await self._channel.default_exchange.publish(
            aio_pika.Message(body, headers=headers, delivery_mode=2), queue
        )

    async def put_again(self, message: AbstractIncomingMessage, queue: str | None = None) -> None:
        """Publish a message a second time, as it was: to everyone, or into one queue."""
        copy = aio_pika.Message(
            message.body,
            headers=message.headers,
            message_id=message.message_id,
            type=message.type,
            delivery_mode=2,
        )
        exchange = self._channel.default_exchange
        if queue is None:
            exchange = await self._channel.get_exchange(REPORTS.name)
        await exchange.publish(copy, queue or message.routing_key or "")

    async def depth(self, queue: str) -> int:
        """How many messages wait in a queue, those in hand not counted."""
        found = await self._channel.declare_queue(queue, passive=True)
        return found.declaration_result.message_count or 0

    async def until_taken(self, queue: str, seconds: float = 10) -> None:
        """Wait until no message waits, and a moment for the last one to be worked on."""
        deadline = time.monotonic() + seconds
        while await self.depth(queue):
            assert time.monotonic() < deadline, f"{queue} is not empty"
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)

    async def overhear(self, pattern: str = "report.#") -> Overheard:
        """Bind a queue of our own, as any outsider would."""
        queue = await self._channel.declare_queue(exclusive=True)
        await queue.bind(REPORTS.name, pattern)
        overheard = Overheard()
        await queue.consume(overheard.take, no_ack=True)
        return overheard

    async def kill_a_consumer_with(self, queue: str) -> None:
        """Take one message and lose the connection with it in hand."""
        connection = await aio_pika.connect(self._url)
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=1)
        found = await channel.get_queue(queue, ensure=False)
        taken = asyncio.Event()

        async def take(message: AbstractIncomingMessage) -> None:
            taken.set()

        await found.consume(take)
        await asyncio.wait_for(taken.wait(), 10)
        await connection.close()


class Overheard:
    """What an outsider's queue got."""

    def __init__(self) -> None:
        self.messages: list[AbstractIncomingMessage] = []

    async def take(self, message: AbstractIncomingMessage) -> None:
        """One more."""
        self.messages.append(message)

    def about(self, run_id: object, event_type: str) -> list[AbstractIncomingMessage]:
        """The messages of that type about a run."""
        return [
            message
            for message in self.messages
            if message.correlation_id == str(run_id) and message.type == event_type
        ]


@asynccontextmanager
async def messages(url: str) -> AsyncIterator[Messages]:
    """A connection for the time of the block."""
    connection = await aio_pika.connect(url)
    async with connection, connection.channel() as channel:
        yield Messages(url, channel)


async def until_consumed(amqp_url: str, queue: str) -> None:
    """Return once somebody consumes the queue, which need not be there yet."""
    async with await aio_pika.connect(amqp_url) as connection:
        for _ in range(300):
            channel = await connection.channel()
            try:
                found = await channel.declare_queue(queue, passive=True)
            except aio_pika.exceptions.AMQPError:
                await asyncio.sleep(0.1)
                continue
            if found.declaration_result.consumer_count:
                return
            await asyncio.sleep(0.1)
    raise AssertionError(f"nobody consumes {queue}")
