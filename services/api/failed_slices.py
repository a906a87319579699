"""The slices of a completed burst that failed, as a burst of their own: for who got nothing."""

from __future__ import annotations

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api import run_store
from services.api.asked_again import asked_again
from services.api.principals import Principal
from services.api.problems import Problem
from shared.bursts import Burst, BurstRow
from shared.run_requests import RunRequest
from shared.states import Lane, Occasion, SliceStatus
from shared.store import tables


async def failed_slices_again(
    connection: AsyncConnection, row: RowMapping, principal: Principal
) -> RunRequest:
    """The run that makes the failed slices of that locked, completed one, and nothing for others.

    A run of its own, since it reads the data afresh: what the others got is of another instant.
    Problem 409 where there is nothing to make again, or another run does so already.
    """
    burst = await _burst_of_failed(connection, row)
    if burst is None:
        raise Problem(
            409,
            "only a failed report, or the failed slices of a burst, can be retried; this one is "
            f"{row['status']}, and nothing of it failed",
        )
    if row["deleted_at"] is not None:
        raise Problem(409, "this report was deleted: ask for it anew")
    other = await run_store.remade_by(connection, row["id"])
    if other is not None:
        raise Problem(409, f"report {other} makes its failed slices again")
    return asked_again(
        row,
        principal,
        lane=Lane.BULK,
        occasion=Occasion.BY_HAND,
        burst=burst.model_dump(mode="json"),
        schedule_id=row["schedule_id"],
        banner=row["banner"],
        remakes=row["id"],
    )


async def _burst_of_failed(connection: AsyncConnection, row: RowMapping) -> Burst | None:
    """Whoever was to get a slice that failed, whether a table or a query had named them."""
    deliveries, slices, bursts = tables.deliveries, tables.run_slices, tables.run_bursts
    found = await connection.execute(
        select(
            deliveries.c.channel,
            deliveries.c.recipient,
            deliveries.c.formats,
            slices.c.chosen,
            slices.c.language,
            bursts.c.asked["when_empty"].astext.label("when_empty"),
        )
        .join(slices, slices.c.id == deliveries.c.slice_id)
        .join(bursts, bursts.c.run_id == slices.c.run_id)
        .where(slices.c.run_id == row["id"], slices.c.status == SliceStatus.FAILED)
        .order_by(slices.c.number, deliveries.c.id)
    )
    failed = found.all()
    if not failed:
        return None
    return Burst(
        rows=tuple(
            BurstRow(
                channel=one.channel,
                to=one.recipient,
                formats=tuple(one.formats) if one.formats else None,
                language=one.language,
                values=one.chosen,
            )
            for one in failed
        ),
        when_empty=failed[0].when_empty,
    )
