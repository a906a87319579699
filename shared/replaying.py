"""Parked messages: putting one to work again, from the stage that gave it up, or away.

What a message asked for was failed when it was parked. So replaying brings that back to life, and
where nothing was failed puts the message back into its queue, byte for byte. All of it in the
caller's transaction, through the outbox.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from shared import audit, further_formats, outbox
from shared.events import DeliveryDue, Event, ReportFormatRequested, ReportRendered
from shared.resending import send_again
from shared.restarting import restart
from shared.runs import Run
from shared.stage import RENDER, STAGES, Stage
from shared.states import ArtifactStatus, DeliveryStatus, Lane, RunStatus
from shared.store import tables
from shared.topology import CONSUMPTIONS, DELIVERY_LIMIT, Consumption

PARKED = "parked"
MESSAGE_PARKED = "message_parked"
"""The code with which a run, or a format, fails because its message was parked."""

DELIVERY_PARKED = "the message that asked for this delivery was given up and is parked"
"""The answer with which a delivery fails for the same reason."""

STAGE_OF = {
    "aggregator": "aggregate",
    "renderer": "render",
    "renderer.formats": "render",
    "mailer": "deliver",
    "mailer.deliveries": "deliver",
}
"""What a consumer does, by its name."""
REASONS = {
    "rejected": "its consumer could not read it",
    "delivery_limit": "each consumer that took it went down, or handed it back",
    "expired": "nobody took it in time",
    "maxlen": "its queue was full",
}
"""What RabbitMQ's reasons mean here."""

_CONSUMERS = {
    consumption.queue_name(lane): consumption for consumption in CONSUMPTIONS for lane in Lane
}
_table = tables.dead_letters


class NotPossible(Exception):
    """What was asked for cannot be done with this message, and why."""


def consumer_of(queue: str) -> Consumption | None:
    """Whose queue it is; None for one of nobody's."""
    return _CONSUMERS.get(queue)


def tries_of(row: RowMapping) -> int:
    """How often the message was handed to a consumer before it was parked.

    Once where a consumer refused it. The broker gives one up that came back more often than its
    queue's limit; of how often RabbitMQ 3.10 says nothing, so it is the limit that is told.
    """
    return DELIVERY_LIMIT + 1 if row["reason"] == "delivery_limit" else 1


def event_of(row: RowMapping) -> Event | None:
    """What the message says, if its consumer could read it."""
    consumer = consumer_of(row["queue"])
    if consumer is None:
        return None
    try:
        return consumer.event.model_validate_json(bytes(row["payload"]))
    except ValidationError:
        return None


def ensure_parked(row: RowMapping) -> None:
    """NotPossible where somebody has dealt with it already."""
    if row["status"] != PARKED:
        raise NotPossible(f"message {row['id']} was {row['status']} already")


async def mark(connection: AsyncConnection, row: RowMapping, status: str, *, actor: str) -> None:
    """Note what was done with a message, and by whom."""
    await connection.execute(update(_table).where(_table.c.id == row["id"]).values(status=status))
    if row["tenant_id"] is not None:
        entry = audit.entry(
            row["tenant_id"], actor, f"message.{status}", f"message/{row['id']}", queue=row["queue"]
        )
        await audit.record(connection, entry)


async def discard(connection: AsyncConnection, row: RowMapping, *, actor: str) -> None:
    """Done with: it stays in the table, and is listed no more."""
    ensure_parked(row)
    await mark(connection, row, "discarded", actor=actor)


async def replay(connection: AsyncConnection, row: RowMapping, *, actor: str, service: str) -> str:
    """Have what a locked message of a tenant asked for be done after all; what follows, in words.

    NotPossible says why it cannot be, and what can be done instead.
    """
    ensure_parked(row)
    consumer = consumer_of(row["queue"])
    if consumer is None:
        raise NotPossible(f"message {row['id']} is of {row['queue']!r}, which is no queue of ours")
    event = event_of(row)
    if event is not None and event.tenant_id != row["tenant_id"]:
        raise NotPossible(f"message {row['id']} is not what its tenant can have sent: discard it")
    run = None if event is None else await _locked_run(connection, event)
    if event is None or run is None:
        follows = await _put_back(connection, row)
    elif isinstance(event, ReportFormatRequested):
        follows = await _replay_format(connection, row, run, event, service)
    elif isinstance(event, DeliveryDue | ReportRendered):
        follows = await _replay_deliveries(connection, row, run, event, service)
    else:
        (stage,) = (stage for stage in STAGES if stage.consumption == consumer)
        follows = await _replay_stage(connection, row, run, event, stage, service)
    await mark(connection, row, "replayed", actor=actor)
    return follows


async def _replay_stage(
    connection: AsyncConnection,
    row: RowMapping,
    run: RowMapping,
    event: Event,
    stage: Stage,
    service: str,
) -> str:
    same = run["generation"] == event.generation
    if same and run["status"] == stage.waiting:
        return await _put_back(connection, row)
    failed_for_it = (
        same
        and run["status"] == RunStatus.FAILED
        and (run["error"] or {}).get("code") == MESSAGE_PARKED
        and run["error"].get("stage") == stage.name
    )
    if not failed_for_it:
        raise NotPossible(
            f"report {run['id']} is {run['status']} and not for this message: discard the message"
        )
    if run["deleted_at"] is not None:
        raise NotPossible(f"report {run['id']} was deleted: discard the message")
    if stage is RENDER and run["files_expired_at"] is not None:
        raise NotPossible(
            f"the snapshot of report {run['id']} is no longer kept: retry the report instead"
        )
    await restart(connection, run["id"], stage, service=service, detail="its message was replayed")
    return f"report {run['id']} goes on at the stage {stage.name}"


async def _replay_format(
    connection: AsyncConnection,
    row: RowMapping,
    run: RowMapping,
    event: ReportFormatRequested,
    service: str,
) -> str:
    artifacts = tables.artifacts
    query = select(artifacts).where(artifacts.c.id == event.artifact_id).with_for_update()
    artifact = (await connection.execute(query)).mappings().first()
    if artifact is not None and artifact["status"] == ArtifactStatus.PENDING:
        return await _put_back(connection, row)
    if (
        artifact is None
        or artifact["status"] != ArtifactStatus.FAILED
        or (artifact["error"] or {}).get("code") != MESSAGE_PARKED
    ):
        raise NotPossible(
            f"the {event.format} file of report {run['id']} does not wait for this message: "
            "discard the message"
        )
    await further_formats.ask_for(connection, Run.of(run), [event.format], service=service)
    return f"the {event.format} file of report {run['id']} is rendered"


async def _replay_deliveries(
    connection: AsyncConnection,
    row: RowMapping,
    run: RowMapping,
    event: DeliveryDue | ReportRendered,
    service: str,
) -> str:
    deliveries = tables.deliveries
    query = select(deliveries).where(deliveries.c.run_id == run["id"]).with_for_update()
    if isinstance(event, DeliveryDue):
        query = query.where(deliveries.c.id == event.delivery_id)
    found = (await connection.execute(query.order_by(deliveries.c.id))).mappings().all()
    failed_for_it = [
        delivery
        for delivery in found
        if delivery["status"] == DeliveryStatus.FAILED and delivery["answer"] == DELIVERY_PARKED
    ]
    if not failed_for_it:
        if any(delivery["status"] == DeliveryStatus.PENDING for delivery in found):
            return await _put_back(connection, row)
        raise NotPossible(
            f"no delivery of report {run['id']} failed for this message: discard the message"
        )
    if run["deleted_at"] is not None or run["files_expired_at"] is not None:
        raise NotPossible(f"the files of report {run['id']} are no longer kept: ask for it anew")
    for delivery in failed_for_it:
        await send_again(connection, delivery, Run.of(run), service=service)
    to = ", ".join(delivery["recipient"] for delivery in failed_for_it)
    return f"report {run['id']} is delivered to {to}"


async def _put_back(connection: AsyncConnection, row: RowMapping) -> str:
    """The message itself, into the queue that it came from."""
    try:
        payload = bytes(row["payload"]).decode()
    except UnicodeDecodeError:
        payload = "\0"
    if "\0" in payload:
        raise NotPossible(
            f"message {row['id']} is no text: an operator can replay it, on the command line"
        )
    try:
        event_id = UUID(str(row["message_id"]))
    except ValueError:
        event_id = uuid7()
    event = event_of(row)
    await outbox.add_rows(
        connection,
        [
            {
                "id": uuid7(),
                "tenant_id": row["tenant_id"],
                "event_id": event_id,
                "event_type": (row["event_type"] or "unknown")[:60],
                "run_id": None if event is None else event.run_id,
                "exchange": "",
                "routing_key": row["queue"],
                "rank": Lane.INTERACTIVE.rank,  # somebody asked for it
                "headers": headers_of_the_sender(row["headers"]),
                "payload": payload,
            }
        ],
    )
    return f"the message is back in {row['queue']}"


def headers_of_the_sender(headers: dict[str, Any]) -> dict[str, Any]:
    """Without the broker's own, which tell of the death that a replay undoes."""
    return {name: value for name, value in headers.items() if not name.startswith("x-")}


async def _locked_run(connection: AsyncConnection, event: Event) -> RowMapping | None:
    runs = tables.runs
    query = (
        select(runs)
        .where(runs.c.id == event.run_id, runs.c.tenant_id == event.tenant_id)
        .with_for_update()
    )
    found: RowMapping | None = (await connection.execute(query)).mappings().first()
    return found
