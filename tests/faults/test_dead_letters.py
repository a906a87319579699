"""Dead letters: an operator, and an administrator of a tenant, put them back to work or away."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import click.testing
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.main import main
from deploy.local.infrastructure import LocalInfrastructure
from shared.states import DeliveryStatus, Lane, RunStatus
from shared.topology import AGGREGATOR, DELIVERY_LIMIT, RENDERER
from tests.api_client import client as api_client
from tests.faults.mortal_fleet import MortalFleet
from tests.messages import Messages
from tests.pipeline import Pipeline

QUEUE = AGGREGATOR.queue_name(Lane.INTERACTIVE)


async def dead_letters(
    infra: LocalInfrastructure, *arguments: str, fails: bool = False, raw: bool = False
) -> Any:
    """What the command says, as an operator with the housekeeping role."""
    environment = {
        "BROADSHEET_HOUSEKEEPING_DATABASE_URL": infra.housekeeping_database_url,
        "BROADSHEET_AMQP_URL": infra.amqp_url,
    }
    runner = click.testing.CliRunner(env=environment)
    result = await asyncio.to_thread(runner.invoke, main, ["dead-letters", *arguments])
    assert (result.exit_code != 0) is fails, result.output
    return result.stdout_bytes if raw else result.output


async def in_the_list(infra: LocalInfrastructure, *options: str) -> dict[str, dict[str, Any]]:
    lines = (await dead_letters(infra, "list", "--json", "--limit", "10000", *options)).splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


async def until_parked(pipeline: Pipeline, payload: bytes, times: int = 1) -> list[RowMapping]:
    found: list[RowMapping] = []

    async def there() -> bool:
        nonlocal found
        rows = await pipeline.dead_letters()
        found = [row for row in rows if bytes(row["payload"]) == payload]
        return len(found) >= times

    await pipeline.until(there, f"the message is parked {times} times")
    return found


async def test_a_message_is_listed_shown_replayed_to_its_consumer_and_discarded(
    fleet: MortalFleet, pipeline: Pipeline, broker: Messages, infra: LocalInfrastructure
) -> None:
    payload = f"\x1b[31mno event {uuid4()} \xff".encode("latin-1")
    await broker.put(QUEUE, payload, {"tenant": str(pipeline.tenant.id), "colour": "blue"})
    (first,) = await until_parked(pipeline, payload)
    id_ = str(first["id"])

    listed = (await in_the_list(infra))[id_]
    assert (listed["queue"], listed["reason"], listed["slug"], listed["size"]) == (
        QUEUE,
        "rejected",
        pipeline.tenant.slug,
        len(payload),
    )
    shown = await dead_letters(infra, "show", id_)
    assert "no event" in shown
    assert '"colour": "blue"' in shown
    assert "\x1b" not in shown, "it steers the operator's terminal"
    assert await dead_letters(infra, "show", id_, "--raw", raw=True) == payload

    # Its consumer gets it, does not understand it any better, and it is parked a second time.
    assert "replayed" in await dead_letters(infra, "replay", id_)
    again = await until_parked(pipeline, payload, times=2)
    second = next(row for row in again if row["id"] != first["id"])
    assert second["queue"] == QUEUE
    assert second["headers"]["colour"] == "blue"
    assert "was replayed already" in await dead_letters(infra, "replay", id_, fails=True)

    assert "discarded" in await dead_letters(infra, "discard", str(second["id"]))
    assert not {id_, str(second["id"])} & set(await in_the_list(infra))
    assert listed["tries"] == 1
    everything = await in_the_list(infra, "--all")
    assert everything[id_]["status"] == "replayed"
    assert everything[str(second["id"])]["status"] == "discarded"


async def its_dead_letter(pipeline: Pipeline) -> RowMapping:
    (message,) = [
        row for row in await pipeline.dead_letters() if row["tenant_id"] == pipeline.tenant.id
    ]
    return message


async def poison(broker: Messages, queue: str) -> None:
    """Have the message in the queue take down each consumer that it is given to."""
    for _ in range(DELIVERY_LIMIT + 1):
        await broker.kill_a_consumer_with(queue)


async def test_a_replayed_request_makes_its_report_once_and_the_log_says_who_did_it(
    fleet: MortalFleet,
    pipeline: Pipeline,
    broker: Messages,
    infra: LocalInfrastructure,
    admin: AsyncEngine,
) -> None:
    await asyncio.to_thread(fleet["aggregator"].stop)
    run_id = await pipeline.request("someone@example.com")
    await poison(broker, QUEUE)
    await pipeline.until_status(run_id, RunStatus.FAILED)
    message = await its_dead_letter(pipeline)
    id_ = str(message["id"])
    listed = (await in_the_list(infra))[id_]
    assert (listed["reason"], listed["tries"]) == ("delivery_limit", DELIVERY_LIMIT + 1)
    fleet.start("aggregator")

    assert "goes on at the stage aggregate" in await dead_letters(infra, "replay", id_)

    await pipeline.until_status(run_id, RunStatus.COMPLETED)
    await pipeline.until_settled(run_id)
    assert (await pipeline.delivery(run_id))["status"] == DeliveryStatus.SENT
    assert "was replayed already" in await dead_letters(infra, "replay", id_, fails=True)
    async with admin.connect() as connection:
        entries = await connection.execute(
            text("SELECT actor, subject FROM audit WHERE action = 'message.replayed'"
                 " AND tenant_id = :tenant"),
            {"tenant": pipeline.tenant.id},
        )  # fmt: skip
        ((actor, subject),) = entries.all()
    assert actor.startswith("operator:")
    assert subject == f"message/{id_}"


async def test_a_rendering_is_replayed_from_the_snapshot_that_there_is(
    fleet: MortalFleet, pipeline: Pipeline, broker: Messages, infra: LocalInfrastructure
) -> None:
    await asyncio.to_thread(fleet["renderer"].stop)
    run_id = await pipeline.request("someone@example.com")
    await pipeline.until_status(run_id, RunStatus.AGGREGATED)
    snapshot = (await pipeline.run(run_id))["snapshot_sha256"]
    await asyncio.to_thread(fleet["aggregator"].stop)
    await poison(broker, RENDERER.queue_name(Lane.INTERACTIVE))
    await pipeline.until_status(run_id, RunStatus.FAILED)
    fleet.start("renderer")

    # By an administrator, over the API; no aggregator is there to be asked.
    async with api_client(infra, fleet["api"].url, pipeline.tenant.slug) as ada:
        (found,) = (await ada.get("/dead-letters")).json()["items"]
        assert (found["stage"], found["tries"]) == ("render", DELIVERY_LIMIT + 1)
        replayed = await ada.post(f"/dead-letters/{found['id']}/replay")
    assert replayed.status_code == 200, replayed.text
    assert "at the stage render" in replayed.json()["follows"]

    await pipeline.until_status(run_id, RunStatus.COMPLETED)
    await pipeline.until_settled(run_id)
    assert (await pipeline.delivery(run_id))["status"] == DeliveryStatus.SENT
    assert (await pipeline.run(run_id))["snapshot_sha256"] == snapshot
    fleet.start("aggregator")


async def test_what_is_not_there_or_of_no_queue_of_ours_is_refused(
    pipeline: Pipeline, infra: LocalInfrastructure, admin: AsyncEngine
) -> None:
    for command in ("show", "replay", "discard"):
        assert "there is no message" in await dead_letters(infra, command, str(uuid4()), fails=True)
    stray = uuid4()
    async with admin.begin() as connection:
        await connection.execute(
            text("INSERT INTO dead_letters (id, queue, routing_key, reason, headers, payload)"
                 " VALUES (:id, 'theirs', '', 'rejected', '{}', '')"),
            {"id": stray},
        )  # fmt: skip
    assert "no queue of ours" in await dead_letters(infra, "replay", str(stray), fails=True)
    assert str(stray) in await in_the_list(infra)
    assert "discarded" in await dead_letters(infra, "discard", str(UUID(str(stray))))
