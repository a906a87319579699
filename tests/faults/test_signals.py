"""Signals over the broker: who may give them, once each, and what is none is parked."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import aio_pika
import pytest
from aiormq.exceptions import ChannelAccessRefused
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncEngine
from yarl import URL

from deploy.local.infrastructure import LocalInfrastructure
from shared.store import tables
from shared.topology import REPORTS, SIGNALS, SIGNALS_QUEUE
from tests.faults.mortal_fleet import MortalFleet
from tests.pipeline import Pipeline
from tests.schedules import new_schedule, this_minute

PASSWORD = "made-up-for-the-test"


@pytest.fixture
def sender(infra: LocalInfrastructure, pipeline: Pipeline) -> str:
    """The address of the broker for the tenant's loader, made as docs/schedules.md says."""
    slug = pipeline.tenant.slug
    assert infra.broker is not None
    user, control = f"{slug}-signals", infra.broker.control
    control("add_user", user, PASSWORD)
    control("set_permissions", user, "", r"^broadsheet\.signals$", "")
    control("set_topic_permissions", user, SIGNALS.name, rf"^{slug}\.", "")
    return str(URL(infra.amqp_url).with_user(user).with_password(PASSWORD))


@asynccontextmanager
async def channel_of(url: str) -> AsyncIterator[aio_pika.abc.AbstractChannel]:
    async with await aio_pika.connect(url) as connection:
        yield await connection.channel(publisher_confirms=True, on_return_raises=True)


async def give(url: str, key: str, body: bytes = b"", message_id: str | None = None) -> None:
    """Publish one, and wait until the broker has confirmed it."""
    async with channel_of(url) as channel:
        exchange = await channel.get_exchange(SIGNALS.name, ensure=False)
        message = aio_pika.Message(body, message_id=message_id, delivery_mode=2)
        await exchange.publish(message, key, mandatory=True)


async def by_the_example(url: str, *words: str) -> None:
    """The same as somebody would who has read the documentation."""
    example = Path(__file__).parents[2] / "docs/examples/give_signal.py"
    environment = os.environ | {"AMQP_URL": url}
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(example), *words, env=environment
    )
    assert await process.wait() == 0


async def signals_of(admin: AsyncEngine, pipeline: Pipeline) -> list[RowMapping]:
    table = tables.signals
    query = select(table).where(table.c.tenant_id == pipeline.tenant.id)
    async with admin.connect() as connection:
        return list((await connection.execute(query)).mappings().all())


async def test_a_message_lets_a_waiting_schedule_go_and_counts_once(
    sender: str, fleet: MortalFleet, pipeline: Pipeline, admin: AsyncEngine
) -> None:
    slug = pipeline.tenant.slug
    not_later = f"{this_minute() + timedelta(hours=3):%H:%M}"
    schedule_id = await new_schedule(
        admin,
        pipeline.tenant,
        next_run_at=this_minute(),
        columns={
            "readiness": {
                "signal": "warehouse.loaded",
                "not_later_than": not_later,
                "fallback": "skip",
            }
        },
    )
    loaded = json.dumps({"details": {"rows": 120_000}}).encode()
    for _ in range(2):  # as a sender that was not sure
        await give(sender, f"{slug}.warehouse.loaded", loaded, "load-17")
    await by_the_example(sender, slug, "warehouse.loaded", "load-17")

    async def fired() -> bool:
        return len(await pipeline.runs()) == 1

    await pipeline.until(fired, "the schedule fired")
    (run,) = await pipeline.runs()
    (signal,) = await signals_of(admin, pipeline)
    assert run["schedule_id"] == schedule_id
    assert (signal["name"], signal["message_id"]) == ("warehouse.loaded", "load-17")
    assert signal["details"] == {"rows": 120_000}
    async with admin.connect() as connection:
        audit = tables.audit
        found = await connection.execute(
            select(audit.c.actor, audit.c.subject).where(
                audit.c.tenant_id == pipeline.tenant.id, audit.c.action == "signal.given"
            )
        )
    assert found.all() == [(signal["sent_by"], "signal/warehouse.loaded")]


async def test_the_one_who_gives_signals_can_do_nothing_else(
    sender: str, fleet: MortalFleet, pipeline: Pipeline, admin: AsyncEngine
) -> None:
    for exchange, key in (
        (SIGNALS.name, "demo.warehouse-loaded"),  # another tenant's
        (REPORTS.name, "report.requested.bulk"),
    ):
        async with channel_of(sender) as channel:
            where = await channel.get_exchange(exchange, ensure=False)
            with pytest.raises(ChannelAccessRefused):
                await where.publish(aio_pika.Message(b"{}", message_id="forged"), key)
    async with channel_of(sender) as channel:
        with pytest.raises(ChannelAccessRefused):
            await (await channel.get_queue(SIGNALS_QUEUE.name, ensure=False)).get()
    async with channel_of(sender) as channel:
        with pytest.raises(ChannelAccessRefused):
            await channel.declare_queue(f"mine-{uuid4()}")
    assert await signals_of(admin, pipeline) == []


async def test_what_is_no_signal_is_parked_with_the_reason(
    fleet: MortalFleet,
    pipeline: Pipeline,
    infra: LocalInfrastructure,
    admin: AsyncEngine,
) -> None:
    slug = pipeline.tenant.slug
    mark = str(uuid4())
    wrong = {
        "there is no such tenant": (f"no-{slug}.loaded", b"{}", mark),
        "its routing key is not <tenant>.<signal>": (slug, b"{}", mark),
        "it has no message id of at most 200 characters": (f"{slug}.loaded", b"{}", "x" * 201),
        'its body is not {"details": {…}}': (f"{slug}.loaded", b'{"rows": 1}', mark),
        "its body has more than 65536 bytes": (f"{slug}.loaded", b" " * 65_537, mark),
        "the store cannot keep its details": (
            f"{slug}.loaded",
            b'{"details": {"a": "\\u0000"}}',
            mark,
        ),
    }
    for key, body, message_id in wrong.values():
        await give(infra.amqp_url, key, body, message_id)
    await give(infra.amqp_url, f"{slug}.loaded", b"", "sound")

    async def parked() -> bool:
        return bool(await signals_of(admin, pipeline))

    await pipeline.until(parked, "the sound one has come")
    (signal,) = await signals_of(admin, pipeline)
    assert signal["message_id"] == "sound", "its neighbours go on"
    ours = {
        row["reason"]: (row["routing_key"], bytes(row["payload"]), row["message_id"])
        for row in await pipeline.dead_letters()
        if row["queue"] == SIGNALS_QUEUE.name and slug in row["routing_key"]
    }
    assert ours == {
        reason: (key, body, message_id[:200]) for reason, (key, body, message_id) in wrong.items()
    }
