"""Messages that no consumer can take: parked whole, and the neighbours go on."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from shared.run_requests import Recipient
from shared.states import DeliveryStatus, Lane, RunStatus
from shared.topology import AGGREGATOR, CONSUMPTIONS, DELIVERY_LIMIT, MAILER, RENDERER
from tests.faults.mortal_fleet import MortalFleet
from tests.messages import Messages
from tests.pipeline import Pipeline
from tests.post_office import PostOffice

_GENUINE = {
    "run_id": str(UUID(int=1)),
    "tenant_id": str(UUID(int=2)),
    "lane": "interactive",
    "report_type": "delivery_summary",
    "formats": ["csv"],
    "as_of": "2026-10-01T00:00:00Z",
    "snapshot": {"key": "k", "sha256": "0", "rows": 1},
    "snapshot_sha256": "0",
    "artifacts": [],
    "delivery_id": str(UUID(int=3)),
    "channel": "email",
}

POISON: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"hello",
    "half a JSON": b'{"run_id": ',
    "null": b"null",
    "a list": b"[]",
    "an empty object": b"{}",
    "another event": json.dumps({"order_id": 17}).encode(),
    "no UUID": json.dumps(_GENUINE | {"run_id": "17"}).encode(),
    "NUL in the lane": json.dumps(_GENUINE | {"lane": "bulk\0"}).encode(),
    "NUL in every text": json.dumps(
        {key: f"{value}\0" for key, value in _GENUINE.items()}
    ).encode(),
    "bytes": bytes(range(256)),
    "a generation beyond the column's": json.dumps(_GENUINE | {"generation": 2**31}).encode(),
    "a generation beyond everything": json.dumps(_GENUINE | {"generation": 10**40}).encode(),
    "a negative generation": json.dumps(_GENUINE | {"generation": -1}).encode(),
    "deep": b"[" * 200_000,
    "huge": b'{"run_id": "' + b"x" * 5_000_000 + b'"}',
}

RUBBISH: dict[str, dict[str, Any]] = {
    "a tenant that is none": {"tenant": "nobody"},
    "a tenant of another type": {"tenant": 17},
    "NUL in headers": {"tenant": "a\0b", "cloudEvents_type": "a\0b", "x": {"y\0": ["\0"]}},
    "a type of another type": {"cloudEvents_type": [1, {"a": None}]},
    "a forged death": {"x-death": [{"queue": "q" * 900, "reason": "r" * 900}]},
    "a death that is a list of numbers": {"x-death": [1, 2]},
    "a death that is a text": {"x-death": "yesterday"},
    "a death without a cause": {"x-death": [{}]},
    "a death in numbers": {"x-death": [{"queue": 1, "reason": 2, "count": "three"}]},
    "forged first deaths": {"x-first-death-queue": "nowhere", "x-first-death-reason": "r" * 99},
    "bytes": {"raw": bytearray(b"\xff\xfe\x00")},
    "a broken trace": {"traceparent": "00-zz-zz-zz"},
    "many": {f"header {number}": "x" * 100 for number in range(500)},
    "a date": {"at": datetime(2026, 1, 1, tzinfo=UTC)},
}

QUEUES = [consumption.queue_name(lane) for consumption in CONSUMPTIONS for lane in Lane]


async def test_poison_in_every_queue_is_parked_byte_for_byte_and_its_neighbours_go_on(
    fleet: MortalFleet, pipeline: Pipeline, broker: Messages, post: PostOffice
) -> None:
    address = f"{pipeline.tenant.slug}@example.com"
    known = {row["id"] for row in await pipeline.dead_letters()}
    neighbours = [await pipeline.request(address, lane=lane) for lane in Lane]
    for queue in QUEUES:
        for name, bytes_ in POISON.items():
            await broker.put(queue, bytes_, {"poison": name})
    neighbours += [await pipeline.request(address, lane=lane) for lane in Lane]

    await pipeline.until_settled(*neighbours)
    for run_id in neighbours:
        await pipeline.assert_made_once(run_id, mailed=True)
    assert len(post.mails_to(address)) == len(neighbours)

    async def parked() -> list[Any]:
        return [row for row in await pipeline.dead_letters() if row["id"] not in known]

    async def all_parked() -> bool:
        return len(await parked()) >= len(QUEUES) * len(POISON)

    await pipeline.until(all_parked, "all poison is parked")
    rows = await parked()
    assert {(row["queue"], row["headers"]["poison"]) for row in rows} == {
        (queue, name) for queue in QUEUES for name in POISON
    }
    assert len(rows) == len(QUEUES) * len(POISON), "each is parked once"
    for row in rows:
        assert bytes(row["payload"]) == POISON[row["headers"]["poison"]]
        assert row["reason"] == "rejected"
        assert row["status"] == "parked"


async def test_rubbish_in_headers_is_parked_with_the_queue_it_came_from(
    fleet: MortalFleet, pipeline: Pipeline, broker: Messages
) -> None:
    known = {row["id"] for row in await pipeline.dead_letters()}
    queue = AGGREGATOR.queue_name(Lane.BULK)
    for name, headers in RUBBISH.items():
        await broker.put(queue, name.encode(), headers)

    async def parked() -> dict[str, Any]:
        rows = [row for row in await pipeline.dead_letters() if row["id"] not in known]
        return {bytes(row["payload"]).decode(): row for row in rows}

    async def all_parked() -> bool:
        return set(await parked()) == set(RUBBISH)

    try:
        await pipeline.until(all_parked, "all rubbish is parked")
    except AssertionError:
        raise AssertionError(f"not parked: {set(RUBBISH) - set(await parked())}") from None
    rows = await parked()
    assert {name: (row["queue"], row["reason"]) for name, row in rows.items()} == dict.fromkeys(
        RUBBISH, (queue, "rejected")
    )
    await pipeline.until_settled(await pipeline.request(lane=Lane.BULK))


async def test_rubbish_in_the_headers_of_a_genuine_event_does_not_keep_it_from_being_worked_on(
    fleet: MortalFleet, pipeline: Pipeline, broker: Messages, infra: Any
) -> None:
    for lane, headers in zip((Lane.BULK, Lane.INTERACTIVE) * 7, RUBBISH.values(), strict=False):
        # Nobody's run: what counts is that it is taken.
        body = json.dumps(_GENUINE | {"run_id": str(uuid4())}).encode()
        await broker.put(AGGREGATOR.queue_name(lane), body, headers)
    for lane in Lane:
        await broker.until_taken(AGGREGATOR.queue_name(lane))
    await pipeline.until_settled(await pipeline.request())


async def test_a_request_that_takes_its_consumer_down_every_time_fails_its_run_with_the_reason(
    fleet: MortalFleet, pipeline: Pipeline, broker: Messages
) -> None:
    await asyncio.to_thread(fleet["aggregator"].stop)
    address = f"{pipeline.tenant.slug}@example.com"
    run_id = await pipeline.request(address)
    queue = AGGREGATOR.queue_name(Lane.INTERACTIVE)
    for _ in range(DELIVERY_LIMIT + 1):
        await broker.kill_a_consumer_with(queue)

    await pipeline.until_settled(run_id)

    run = await pipeline.run(run_id)
    assert run["status"] == RunStatus.FAILED
    assert run["error"]["code"] == "message_parked"
    assert (await pipeline.announced(run_id))["report.failed.v1"] == 1
    assert (await pipeline.delivery(run_id))["status"] == DeliveryStatus.CANCELLED
    (parked,) = [
        row for row in await pipeline.dead_letters() if row["tenant_id"] == pipeline.tenant.id
    ]
    assert (parked["queue"], parked["reason"]) == (queue, "delivery_limit")
    assert parked["event_type"] == "report.requested.v1"


async def test_a_rendered_event_that_takes_the_mailer_down_every_time_fails_the_deliveries(
    fleet: MortalFleet, pipeline: Pipeline, broker: Messages
) -> None:
    await asyncio.to_thread(fleet["mailer"].stop)
    address = f"{pipeline.tenant.slug}@example.com"
    run_id = await pipeline.request(address)
    await pipeline.until_status(run_id, RunStatus.COMPLETED)
    for _ in range(DELIVERY_LIMIT + 1):
        await broker.kill_a_consumer_with(MAILER.queue_name(Lane.INTERACTIVE))

    await pipeline.until_settled(run_id)

    delivery = await pipeline.delivery(run_id)
    assert delivery["status"] == DeliveryStatus.FAILED
    assert "parked" in delivery["answer"]
    assert (await pipeline.announced(run_id))["report.delivery_failed.v1"] == 1
    assert (await pipeline.run(run_id))["status"] == RunStatus.COMPLETED


async def test_a_copy_of_a_request_in_a_foreign_queue_is_parked_and_its_run_goes_on(
    fleet: MortalFleet, pipeline: Pipeline, broker: Messages
) -> None:
    await asyncio.to_thread(fleet["aggregator"].stop)
    overheard = await broker.overhear("report.requested.#")
    run_id = await pipeline.request()

    async def heard() -> bool:
        return bool(overheard.about(run_id, "report.requested.v1"))

    await pipeline.until(heard, "the request is published")
    (request,) = overheard.about(run_id, "report.requested.v1")
    await broker.put_again(request, RENDERER.queue_name(Lane.INTERACTIVE))

    async def parked() -> bool:
        rows = await pipeline.dead_letters()
        return any(row["tenant_id"] == pipeline.tenant.id for row in rows)

    await pipeline.until(parked, "the copy is parked")
    fleet.start("aggregator")
    await pipeline.until_settled(run_id)
    await pipeline.assert_made_once(run_id)


async def test_a_report_whose_every_worker_dies_fails_after_its_attempts(
    fleet: MortalFleet, pipeline: Pipeline
) -> None:
    fleet.replace("scheduler", {"BROADSHEET_MAX_ATTEMPTS": "2"})
    fleet.doom("aggregator", "after commit", "claim")
    run_id = await pipeline.request()
    async with fleet.restarting("aggregator"):
        await pipeline.until_settled(run_id)

    run = await pipeline.run(run_id)
    assert run["status"] == RunStatus.FAILED
    assert run["error"]["code"] == "worker_lost"
    assert "tried 2 times" in run["error"]["message"]


async def test_a_delivery_whose_every_mailer_dies_fails_after_its_attempts(
    fleet: MortalFleet, pipeline: Pipeline, post: PostOffice
) -> None:
    fleet.replace("scheduler", {"BROADSHEET_DELIVERY_MAX_CUT_OFF": "2"})
    fleet.doom("mailer", "before commit", "sending")
    address = f"{pipeline.tenant.slug}@example.com"
    run_id = await pipeline.request(address)
    async with fleet.restarting("mailer"):
        await pipeline.until_settled(run_id)

    delivery = await pipeline.delivery(run_id)
    assert delivery["status"] == DeliveryStatus.FAILED
    assert "2 times in a row" in delivery["answer"]
    assert (await pipeline.announced(run_id))["report.delivery_failed.v1"] == 1
    assert post.mails_to(address) == []


async def test_a_channel_that_no_mailer_has_fails_its_delivery_at_once_and_in_words(
    fleet: MortalFleet, pipeline: Pipeline, post: PostOffice
) -> None:
    address = f"{pipeline.tenant.slug}@example.com"
    run_id = await pipeline.request(Recipient("pigeon", "the loft"), address)

    await pipeline.until_settled(run_id)

    by_channel = {row["channel"]: row for row in await pipeline.deliveries(run_id)}
    assert by_channel["pigeon"]["status"] == DeliveryStatus.FAILED
    answer = by_channel["pigeon"]["answer"]
    assert answer.startswith("unknown_channel: no mailer knows the channel 'pigeon'; it could be ")
    assert "email" in answer
    assert len(post.mails_to(address)) == 1, "the neighbour got his"
