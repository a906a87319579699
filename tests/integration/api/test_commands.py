"""Reports asked for over the broker: taken on once, or refused with the reason, to `reply_to`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from deploy.local.infrastructure import LocalInfrastructure
from shared.store import tables
from shared.topology import COMMANDS, DEAD_LETTER_QUEUE
from tests.messages import until_consumed
from tests.running_api import RunningApi, body, claims, running_api
from tests.tenants import Tenant


@dataclass
class Sender:
    """Another system: it sends commands and reads the answers from a queue of its own."""

    channel: AbstractChannel
    replies: str
    token: str | None
    _come: asyncio.Queue[AbstractIncomingMessage] = field(default_factory=asyncio.Queue)

    async def send(self, content: bytes, message_id: str | None, **other: Any) -> None:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        message = aio_pika.Message(
            content,
            message_id=message_id,
            correlation_id=other.pop("correlation_id", None),
            reply_to=other.pop("reply_to", self.replies),
            headers=headers | other,
            delivery_mode=2,
        )
        exchange = await self.channel.get_exchange(COMMANDS.name)
        await exchange.publish(message, "")

    async def ask(self, message_id: str | None = None, **fields: Any) -> tuple[int, Any]:
        """Status and content of the answer to a command."""
        await self.send(json.dumps(body(**fields)).encode(), message_id or str(uuid4()))
        return await self.answer()

    async def answer(self) -> tuple[int, Any]:
        message = await self.next_answer()
        return int(str(message.headers["status"])), json.loads(message.body)

    async def next_answer(self, seconds: float = 60) -> AbstractIncomingMessage:
        return await asyncio.wait_for(self._come.get(), seconds)

    async def nothing_more(self) -> bool:
        await asyncio.sleep(0.3)
        return self._come.empty()


@pytest_asyncio.fixture(loop_scope="session")
async def listening(infra: LocalInfrastructure) -> AsyncIterator[RunningApi]:
    """An api that takes commands."""
    async with running_api(infra, amqp_url=infra.amqp_url) as api:
        yield api


async def sender_of(
    channel: AbstractChannel, api: RunningApi, tenant: Tenant, role: str = "author"
) -> Sender:
    """A system with a token of the tenant and a queue for answers."""
    queue = await channel.declare_queue(exclusive=True)
    sender = Sender(channel, queue.name, api.token(claims(tenant.slug, role, "machine")))
    await queue.consume(sender._come.put, no_ack=True)
    return sender


@pytest_asyncio.fixture(loop_scope="session")
async def channel(
    infra: LocalInfrastructure, listening: RunningApi
) -> AsyncIterator[AbstractChannel]:
    """To the broker, once the api has declared what it takes."""
    await until_consumed(infra.amqp_url, "broadsheet.commands")
    async with await aio_pika.connect(infra.amqp_url) as connection:
        yield await connection.channel()


@pytest_asyncio.fixture(loop_scope="session")
async def acme(listening: RunningApi) -> Tenant:
    return await listening.new_tenant()


@pytest_asyncio.fixture(loop_scope="session")
async def machine(channel: AbstractChannel, listening: RunningApi, acme: Tenant) -> Sender:
    return await sender_of(channel, listening, acme)


async def runs_of(api: RunningApi, tenant: Tenant) -> list[Any]:
    return await api.rows(tables.runs, tables.runs.c.tenant_id == tenant.id)


async def test_a_command_makes_the_run_that_a_request_would(
    machine: Sender, listening: RunningApi, acme: Tenant
) -> None:
    fields = {"formats": ["pdf"], "deliver_to": [{"channel": "email", "to": "a@example.com"}]}
    await machine.send(
        json.dumps(body(**fields)).encode(), "order-1", correlation_id="their own words"
    )
    message = await machine.next_answer()
    answer = json.loads(message.body)
    async with listening.client(acme) as ada:
        asked = (await ada.post("/api/v1/reports", json=body(**fields))).json()
        seen = (await ada.get(f"/api/v1/reports/{answer['id']}")).json()

    assert message.headers["status"] == 202
    assert message.content_type == "application/json"
    assert message.correlation_id == "their own words"
    of_each = ("type", "status", "formats", "period", "parameters", "occasion")
    assert {name: answer[name] for name in of_each} == {name: asked[name] for name in of_each}
    assert [entry["to"] for entry in seen["deliveries"]] == ["a@example.com"]
    assert seen["requested_by"] == "machine"
    logged = [row["actor"] for row in await listening.audit(acme)]
    assert logged == ["machine", "ada"]


async def test_the_same_command_twice_makes_one_run_and_is_answered_twice(
    machine: Sender, listening: RunningApi, acme: Tenant
) -> None:
    first, second = await machine.ask("order-2"), await machine.ask("order-2")
    other = await machine.ask("order-2", formats=["pdf"])
    async with listening.client(acme) as ada:
        key = {"Idempotency-Key": "order-2"}
        over_http = await ada.post("/api/v1/reports", json=body(), headers=key)

    assert first[0] == second[0] == 202
    assert first[1]["id"] == second[1]["id"]
    assert (other[0], other[1]["type"]) == (409, "/problems/idempotency-key-reused")
    assert "message id" in other[1]["detail"]
    assert over_http.json()["id"] != first[1]["id"], "keys of requests are apart"
    assert len(await runs_of(listening, acme)) == 2


async def test_at_once_they_still_make_one_run(
    machine: Sender, listening: RunningApi, acme: Tenant
) -> None:
    content = json.dumps(body()).encode()
    await asyncio.gather(*(machine.send(content, "order-3") for _ in range(8)))
    answers = [await machine.answer() for _ in range(8)]
    assert {status for status, _ in answers} == {202}
    assert len({answer["id"] for _, answer in answers}) == 1
    assert len(await runs_of(listening, acme)) == 1


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"type": "nonsense"}, 422, "/type"),
        ({"formats": []}, 422, "/formats"),
        ({"colour": "red"}, 422, "/colour"),
        ({"deliver_to": [{"channel": "email", "to": "nobody"}]}, 422, "/deliver_to/0/to"),
        ({"deliver_to": [{"channel": "email", "to": "a@out.example"}]}, 403, "/deliver_to/0/to"),
    ],
)
async def test_a_refusal_names_the_field_as_over_http(
    fields: dict[str, Any],
    status: int,
    field: str,
    machine: Sender,
    listening: RunningApi,
    acme: Tenant,
) -> None:
    async with listening.client(acme) as ada:
        await ada.put("/api/v1/settings/recipients", json={"others": "refused"})
        over_http = await ada.post("/api/v1/reports", json=body(**fields))
    await machine.send(json.dumps(body(**fields)).encode(), str(uuid4()))
    message = await machine.next_answer()
    answer = json.loads(message.body)

    assert message.content_type == "application/problem+json"
    assert message.headers["status"] == answer["status"] == status
    assert answer == over_http.json() | {"instance": "broadsheet.commands"}
    assert [error["field"] for error in answer["errors"]] == [field]
    assert await runs_of(listening, acme) == []


async def test_only_who_shows_a_good_token_of_a_tenant_is_let_in(
    machine: Sender, channel: AbstractChannel, listening: RunningApi, acme: Tenant
) -> None:
    reader = await sender_of(channel, listening, acme, role="viewer")
    assert (await reader.ask())[0] == 403
    for token in (None, "nonsense", listening.token(claims(acme.slug, exp=1))):
        machine.token = token
        status, problem = await machine.ask()
        assert (status, problem["type"]) == (401, "/problems/unauthorized")
    # Tokens say whose it is, and no header does.
    stranger = await sender_of(channel, listening, await listening.new_tenant())
    await stranger.send(json.dumps(body()).encode(), "order-4", tenant=str(acme.id))
    assert (await stranger.answer())[0] == 202
    assert await runs_of(listening, acme) == []


@pytest.mark.parametrize(
    ("content", "message_id"),
    [
        (b"no json", "order-5"),
        (b"\xff", "order-6"),
        (b"[1]" * 100_000, "order-7"),
        (b"{}", "x" * 241),
    ],
)
async def test_what_no_sender_can_have_meant_is_answered_and_parked_without_its_token(
    content: bytes, message_id: str | None, machine: Sender, channel: AbstractChannel
) -> None:
    parked = await channel.get_queue(DEAD_LETTER_QUEUE.name)
    await parked.purge()
    await machine.send(content, message_id, tenant="forged")
    status, problem = await machine.answer()
    # Confirmed, a message of a quorum queue may take a moment to be there.
    for _ in range(100):
        if (message := await parked.get(fail=False)) is not None:
            break
        await asyncio.sleep(0.05)

    assert status in (413, 422)
    assert problem["detail"]
    assert message is not None
    assert message.body == content
    assert not {"authorization", "tenant"} & set(message.headers)
    await message.ack()


async def test_answers_go_to_no_queue_of_our_own_and_may_be_left_out(
    machine: Sender, listening: RunningApi, acme: Tenant
) -> None:
    content = json.dumps(body()).encode()
    await machine.send(content, "order-8", reply_to="broadsheet.dead-letters")
    await machine.send(content, "order-9", reply_to=None)
    await machine.send(content, "order-10", reply_to=f"gone-{uuid4()}")
    assert (await machine.ask("order-11"))[0] == 202, "it goes on with the others"
    assert await machine.nothing_more()
    for _ in range(100):
        if len(await runs_of(listening, acme)) == 4:
            break
        await asyncio.sleep(0.1)
    assert len(await runs_of(listening, acme)) == 4
