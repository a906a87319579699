"""Prints every finished report: a queue of your own, bound to Broadsheet's exchange."""

import asyncio
import json
import os

import aio_pika


async def main() -> None:
    connection = await aio_pika.connect_robust(os.environ["AMQP_URL"])
    channel = await connection.channel()
    queue = await channel.declare_queue("acme.finished-reports", durable=True)
    await queue.bind("broadsheet.reports", "report.rendered.#")
    async with queue.iterator() as messages:
        async for message in messages:
            async with message.process():  # acknowledges at the end, hands back on an error
                event = json.loads(message.body)
                print(message.message_id, event["report_type"], event["artifacts"], flush=True)


asyncio.run(main())
