"""Deliveries given up on behalf of a mailer that cannot do so itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduler import SERVICE
from shared import outbox, runs, telemetry
from shared.events import ReportDeliveryFailed
from shared.lease import RELEASED
from shared.states import DeliveryStatus, Lane
from shared.store import tables


def deliveries_with_runs() -> Select[Any]:
    """Deliveries, each with what of its run an event about it says."""
    runs_ = tables.runs.c
    return select(
        tables.deliveries,
        *(runs_.lane, runs_.generation, runs_.traceparent, runs_.delivery_options),
    ).join(tables.runs, tables.runs.c.id == tables.deliveries.c.run_id)


def about(delivery: RowMapping) -> dict[str, Any]:
    """What every event about a delivery says."""
    return {
        "run_id": delivery["run_id"],
        "tenant_id": delivery["tenant_id"],
        "lane": Lane(delivery["lane"]),
        "generation": delivery["generation"],
        "delivery_id": delivery["id"],
        "channel": delivery["channel"],
        "resends": delivery["resends"],
    }


async def give_up(
    connection: AsyncConnection, delivery: RowMapping, status: DeliveryStatus, answer: str
) -> None:
    """End a locked row of `deliveries_with_runs`: `failed` or `uncertain`; tell everyone why."""
    deliveries = tables.deliveries
    await connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery["id"])
        .values(
            status=status,
            answer=answer,
            next_attempt_at=None,
            finished_at=func.now(),
            **RELEASED,
        )
    )
    await end_attempt(connection, delivery, status, answer)
    run = await runs.load(connection, delivery["run_id"])
    assert run is not None
    await runs.record(
        connection,
        run,
        f"delivery_{status}",
        SERVICE,
        detail=f"{delivery['channel']} to {delivery['recipient']}: {answer}",
    )
    await outbox.add(
        connection,
        ReportDeliveryFailed(**about(delivery), outcome=status, answer=answer),
        source=SERVICE,
    )
    telemetry.DELIVERIES.labels(delivery["channel"], status).inc()


async def end_attempt(
    connection: AsyncConnection, delivery: RowMapping, outcome: DeliveryStatus, answer: str
) -> None:
    """Say what became of the attempt under way, if there is one."""
    attempts = tables.delivery_attempts
    await connection.execute(
        update(attempts)
        .where(
            attempts.c.delivery_id == delivery["id"],
            attempts.c.number == delivery["attempts"],
            attempts.c.finished_at.is_(None),
        )
        .values(outcome=outcome, answer=answer, finished_at=func.now())
    )
