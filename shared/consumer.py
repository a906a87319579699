"""Between the broker and a handler: decoding, acknowledging, and what an error leads to.

The acknowledgement comes after the handler's commit. Bytes that are no such event are
rejected and end in the parking table; a store that is away is waited for with the message
in hand; any other error (the store refusing what the message says is one) hands the message
back to the broker, whose delivery limit parks what fails every time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from typing import Any, TypeVar

import structlog
from faststream import AckPolicy, StreamMessage
from faststream.rabbit import Channel, RabbitBroker, RabbitMessage, RabbitQueue
from opentelemetry import context as trace_context
from pydantic import ValidationError
from structlog.contextvars import bound_contextvars

from shared import telemetry
from shared.events import Event
from shared.giving_way import InHand
from shared.settings import ServiceSettings
from shared.states import Lane
from shared.store.engine import store_is_away
from shared.topology import DEAD_LETTERS, REPORTS, Consumption

log = structlog.get_logger(__name__)

E = TypeVar("E", bound=Event)

_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between tries while the store is away; the last one repeats."""


class Consumers:
    """The handlers of one process, and what they have in hand."""

    def __init__(self, broker: RabbitBroker, settings: ServiceSettings) -> None:
        self._broker = broker
        self._prefetch = {
            Lane.INTERACTIVE: settings.interactive_prefetch,
            Lane.BULK: settings.bulk_prefetch,
            Lane.BACKLOG: settings.bulk_prefetch,
        }
        self._tasks: set[asyncio.Task[Any]] = set()
        self.in_hand = InHand()

    def add(
        self,
        consumption: Consumption,
        event: type[E],
        handler: Callable[[E], Awaitable[None]],
        *,
        at_once: int | None = None,
    ) -> None:
        """Have `handler` called for every `event` in the consumption's queues.

        `at_once`: of how many of each lane, where it is not the settings' number.
        """
        for lane in Lane:
            self._broker.subscriber(
                consumption.queue(lane),
                exchange=REPORTS if consumption.published else None,
                # A channel of its own, so that each lane has its own share.
                channel=Channel(prefetch_count=at_once or self._prefetch[lane]),
                ack_policy=AckPolicy.MANUAL,
                decoder=_as_it_is,
                no_reply=True,
            )(self._reader(consumption, lane, event, handler))

    def add_raw(
        self, queue: RabbitQueue, handler: Callable[[RabbitMessage], Awaitable[None]]
    ) -> None:
        """Have `handler` called for every message of a queue, whatever it holds."""

        async def on_message(message: RabbitMessage) -> None:
            await self._in_a_task(self._work(message, partial(handler, message)))

        self._broker.subscriber(
            queue,
            channel=Channel(prefetch_count=10),
            ack_policy=AckPolicy.MANUAL,
            decoder=_as_it_is,
            no_reply=True,
        )(on_message)

    def _reader(
        self,
        consumption: Consumption,
        lane: Lane,
        event: type[E],
        handler: Callable[[E], Awaitable[None]],
    ) -> Callable[[RabbitMessage], Awaitable[None]]:
        async def on_message(message: RabbitMessage) -> None:
            await self._in_a_task(self._handle(message, consumption, lane, event, handler))

        return on_message

    async def _in_a_task(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work to its end, or until `stop`.

        In a task of its own, because the broker's client cancels its callbacks when the
        connection is lost: half a mail must not depend on that.
        """
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.shield(task)

    async def stop(self) -> None:
        """Take no further message, and give those in hand the grace that the broker was made with.

        What is still under way then is cancelled; handlers release what they hold.
        """
        stopping = (subscriber.stop() for subscriber in self._broker.subscribers)
        await asyncio.gather(*stopping, return_exceptions=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _handle(
        self,
        message: RabbitMessage,
        consumption: Consumption,
        lane: Lane,
        event_type: type[E],
        handler: Callable[[E], Awaitable[None]],
    ) -> None:
        token = trace_context.attach(self._trace_context(message))
        try:
            try:
                event = event_type.model_validate_json(message.body)
            except ValidationError as error:
                log.error(
                    "not such an event, parked",
                    consumer=consumption.name,
                    message_id=message.message_id,
                    reason=str(error.errors(include_url=False, include_input=False)[:3]),
                )
                await self._park(message, consumption.queue_name(lane))
                return
            with (
                bound_contextvars(
                    run_id=str(event.run_id), tenant=str(event.tenant_id), consumer=consumption.name
                ),
                self.in_hand.work(lane),
            ):
                await self._work(message, partial(handler, event))
        finally:
            trace_context.detach(token)

    async def _park(self, message: RabbitMessage, queue: str) -> None:
        if "x-death" not in message.headers:
            await _answer(message.reject)
            return
        # A sender's invention, since our queues see no dead letters. RabbitMQ 3.10's
        # dead-lettering dies of one that it cannot read, again and again and for all queues:
        # so what it would do is done here.
        headers = {name: value for name, value in message.headers.items() if name != "x-death"}
        headers["x-invented-death"] = str(message.headers["x-death"])[:1000]
        await self._work(message, partial(dead_letter, self._broker, message, queue, headers))

    @staticmethod
    async def _work(message: RabbitMessage, handle: Callable[[], Awaitable[object]]) -> None:
        tries = 0
        while True:
            try:
                await handle()
            except Exception as error:
                if not store_is_away(error):
                    log.exception("handler failed, message handed back")
                    await asyncio.sleep(_PAUSES[2])
                    await _answer(partial(message.nack, requeue=True))
                    return
                pause = _PAUSES[min(tries, len(_PAUSES) - 1)]
                tries += 1
                log.warning("waiting for the store", reason=repr(error), pause=pause)
                await asyncio.sleep(pause)
            else:
                await _answer(message.ack)
                return

    @staticmethod
    def _trace_context(message: RabbitMessage) -> Any:
        # With tracing on, the broker's middleware has opened a span already.
        if telemetry.trace_id() is not None:
            return trace_context.get_current()
        return telemetry.trace_context_of(message.headers)


async def dead_letter(
    broker: RabbitBroker, message: RabbitMessage, queue: str, headers: Mapping[str, Any]
) -> None:
    """Have the message parked as the broker would, with these headers in place of its own.

    `queue` is the one that it came from. The message itself is still to be acknowledged.
    """
    await broker.publish(
        message.body,
        exchange=DEAD_LETTERS.name,
        headers={**headers, "x-death": [{"queue": queue, "reason": "rejected"}]},
        message_id=message.raw_message.message_id,
        persist=True,
        mandatory=True,
    )


async def _answer(answer: Callable[[], Awaitable[None]]) -> None:
    """Acknowledge or refuse. Where the connection is gone the message comes again."""
    try:
        await answer()
    except Exception as error:
        log.warning("message not answered, it comes again", reason=repr(error))


async def _as_it_is(message: StreamMessage[Any]) -> StreamMessage[Any]:
    """Hand the whole message on: a decoder that fails would leave it unacknowledged."""
    return message
