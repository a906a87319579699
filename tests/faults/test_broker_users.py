"""The users of the broker that docs/integration.md sets up: they can do that and nothing else.

Beside the tests that stop brokers, because these users are of a broker of one's own.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import ChannelAccessRefused
from yarl import URL

from deploy.local.infrastructure import LocalInfrastructure
from shared.states import Lane
from shared.topology import COMMANDS, DEAD_LETTER_QUEUE, DELIVERER, REPORTS
from tests.api_client import body, token
from tests.faults.mortal_fleet import MortalFleet
from tests.messages import until_consumed
from tests.pipeline import Pipeline

DOCS = Path(__file__).parents[2] / "docs"
PASSWORD = "made-up-for-the-test"
INTERNAL = DELIVERER.queue_name(Lane.INTERACTIVE)

Attempt = Callable[[AbstractChannel], Awaitable[object]]


@pytest.fixture(scope="module")
def user(infra: LocalInfrastructure) -> Callable[[str], str]:
    """The address of the broker for each of them, made by the very commands of the page."""
    assert infra.broker is not None
    page = (DOCS / "integration.md").read_text()
    for line in re.findall(r"^rabbitmqctl (.*)$", page, re.MULTILINE):
        words = shlex.split(line)
        # The one that asks for a password.
        infra.broker.control(*words, *([PASSWORD] if words[0] == "add_user" else []))

    def address(name: str) -> str:
        return str(URL(infra.amqp_url).with_user(name).with_password(PASSWORD))

    return address


async def publish(channel: AbstractChannel, exchange: str, key: str) -> None:
    where = (
        await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
    )
    await where.publish(aio_pika.Message(b"{}", message_id="forged"), key)


async def read(channel: AbstractChannel, queue: str) -> None:
    await (await channel.get_queue(queue, ensure=False)).get(fail=False)


async def empty(channel: AbstractChannel, queue: str) -> None:
    await (await channel.get_queue(queue, ensure=False)).purge()


async def delete(channel: AbstractChannel, queue: str) -> None:
    await channel.queue_delete(queue)


async def overhear(channel: AbstractChannel, exchange: str) -> None:
    queue = await channel.declare_queue("acme.overheard", auto_delete=True)
    await queue.bind(exchange, "#")


async def declare(channel: AbstractChannel, queue: str) -> None:
    await channel.declare_queue(queue)


NOBODY_MAY: dict[str, Attempt] = {
    "forge an event": partial(publish, exchange=REPORTS.name, key="report.rendered.bulk"),
    "write into any queue": partial(publish, exchange="", key=INTERNAL),
    "read what is a worker's": partial(read, queue=INTERNAL),
    "read dead letters": partial(read, queue=DEAD_LETTER_QUEUE.name),
    "throw work away": partial(empty, queue=INTERNAL),
    "delete a queue": partial(delete, queue=INTERNAL),
    "read others' commands": partial(read, queue="broadsheet.commands"),
    "overhear others' commands": partial(overhear, exchange=COMMANDS.name),
    "make queues of any name": partial(declare, queue="somebody-elses"),
}
MAY_NOT = {
    "acme-orders": NOBODY_MAY | {"overhear events": partial(overhear, exchange=REPORTS.name)},
    "acme-reader": NOBODY_MAY | {"command": partial(publish, exchange=COMMANDS.name, key="")},
}


@pytest.mark.parametrize(
    ("name", "what"), [(name, what) for name, attempts in MAY_NOT.items() for what in attempts]
)
async def test_they_may_do_nothing_else(
    name: str, what: str, user: Callable[[str], str], fleet: MortalFleet
) -> None:
    async with await aio_pika.connect(user(name)) as connection:
        channel = await connection.channel(publisher_confirms=True)
        with pytest.raises(ChannelAccessRefused):
            await MAY_NOT[name][what](channel)


async def test_one_asks_for_a_report_and_the_other_hears_that_it_is_there(
    user: Callable[[str], str], fleet: MortalFleet, pipeline: Pipeline, infra: LocalInfrastructure
) -> None:
    consumer = await asyncio.create_subprocess_exec(
        sys.executable,
        str(DOCS / "examples/consume.py"),
        env=os.environ | {"AMQP_URL": user("acme-reader")},
        stdout=asyncio.subprocess.PIPE,
    )
    assert consumer.stdout is not None
    try:
        async with await aio_pika.connect(user("acme-orders")) as connection:
            channel = await connection.channel(publisher_confirms=True)
            answers = await channel.declare_queue("acme.answers", auto_delete=True)
            come: asyncio.Queue[aio_pika.abc.AbstractIncomingMessage] = asyncio.Queue()
            await answers.consume(come.put, no_ack=True)
            message = aio_pika.Message(
                json.dumps(body()).encode(),
                message_id="invoice-run-2026-10",
                reply_to="acme.answers",
                headers={"authorization": f"Bearer {token(infra, pipeline.tenant.slug)}"},
                delivery_mode=2,
            )
            commands = await channel.get_exchange(COMMANDS.name, ensure=False)
            # Whoever listens only now hears of no report that was there before.
            await until_consumed(infra.amqp_url, "acme.finished-reports")
            await commands.publish(message, "")
            answer = await asyncio.wait_for(come.get(), 60)
        assert answer.headers["status"] == 202, answer.body
        run_id = json.loads(answer.body)["id"]
        line = (await asyncio.wait_for(consumer.stdout.readline(), 60)).decode()
    finally:
        consumer.terminate()
        await consumer.wait()
    assert run_id in line
    assert "delivery_summary" in line
