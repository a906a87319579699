"""Tells Broadsheet that data are there: schedules that wait for the signal go on."""

import asyncio
import os
import sys

import aio_pika


async def main(tenant: str, signal: str, message_id: str) -> None:
    async with await aio_pika.connect(os.environ["AMQP_URL"]) as connection:
        channel = await connection.channel(publisher_confirms=True)
        exchange = await channel.get_exchange("broadsheet.signals", ensure=False)
        message = aio_pika.Message(b"", message_id=message_id, delivery_mode=2)
        await exchange.publish(message, f"{tenant}.{signal}")  # returns once the broker has it


asyncio.run(main(*sys.argv[1:]))
