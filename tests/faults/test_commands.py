"""A command whose api dies between its commit and its answer: one report, and an answer."""

from __future__ import annotations

import asyncio
import json
from uuid import UUID

import aio_pika

from deploy.local.infrastructure import LocalInfrastructure
from shared.topology import COMMANDS
from tests.api_client import body, token
from tests.faults.mortal_fleet import MortalFleet
from tests.pipeline import Pipeline


async def test_the_command_comes_again_makes_no_second_report_and_is_answered(
    fleet: MortalFleet, pipeline: Pipeline, infra: LocalInfrastructure
) -> None:
    api = fleet.doom("api", "after commit", "report.requested.v1")
    async with await aio_pika.connect(infra.amqp_url) as connection:
        channel = await connection.channel()
        answers = await channel.declare_queue(exclusive=True)
        come: asyncio.Queue[aio_pika.abc.AbstractIncomingMessage] = asyncio.Queue()
        await answers.consume(come.put, no_ack=True)
        message = aio_pika.Message(
            json.dumps(body()).encode(),
            message_id="order-1",
            reply_to=answers.name,
            headers={"authorization": f"Bearer {token(infra, pipeline.tenant.slug)}"},
            delivery_mode=2,
        )
        await (await channel.get_exchange(COMMANDS.name)).publish(message, "")
        await asyncio.to_thread(api.wait_for_end)
        assert come.empty(), "it died before it could answer"
        assert len(await pipeline.runs()) == 1

        fleet.spare("api")
        fleet.start("api")
        answer = await asyncio.wait_for(come.get(), 60)

    (run,) = await pipeline.runs()
    assert answer.headers["status"] == 202
    assert UUID(json.loads(answer.body)["id"]) == run["id"]
    await pipeline.until_settled(run["id"])
