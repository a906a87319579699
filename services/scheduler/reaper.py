"""Takes up what dead or paused workers left: leases that have ended."""

from __future__ import annotations

import structlog
from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduler import SERVICE
from services.scheduler.deliveries import about, deliveries_with_runs, end_attempt, give_up
from services.scheduler.settings import SchedulerSettings
from shared import further_formats, outbox, runs, telemetry
from shared.delivery_options import DeliveryOptions, WhenUncertain
from shared.events import DeliveryDue
from shared.further_formats import FurtherFormat
from shared.lease import RELEASED
from shared.runs import Run
from shared.stage import STAGES, Stage
from shared.states import DeliveryStatus
from shared.store import tables
from shared.store.engine import Store
from shared.topology import DELIVERER, FORMAT_RENDERER

log = structlog.get_logger(__name__)

BATCH = 100


async def reap(store: Store, settings: SchedulerSettings) -> int:
    """Ask again for the work of every ended lease; returns how many there were.

    A stage that has used up its attempts fails its run, a further format and a delivery
    themselves. A delivery cut off while `sending` becomes `uncertain`: it may have arrived, and
    is sent again only where its report's options say so.
    """
    async with store.housekeeping() as connection:
        reaped = await _reap_runs(connection, settings.max_attempts)
        reaped += await _reap_formats(connection, settings.max_attempts)
        reaped += await _reap_deliveries(connection, settings.delivery_max_cut_off)
    return reaped


async def _reap_runs(connection: AsyncConnection, max_attempts: int) -> int:
    table = tables.runs
    ended = await connection.execute(
        select(table)
        .where(table.c.lease_token.is_not(None), table.c.lease_until < func.clock_timestamp())
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    rows = ended.mappings().all()
    for row in rows:
        run = Run.of(row)
        stage = next(stage for stage in STAGES if stage.working == run.status)
        with telemetry.continued({"traceparent": row["traceparent"]}):
            await _reap_run(connection, row, run, stage, max_attempts)
    return len(rows)


async def _reap_run(
    connection: AsyncConnection, row: RowMapping, run: Run, stage: Stage, max_attempts: int
) -> None:
    reason = f"{row['lease_owner']} did not finish within its lease"
    log.warning("lease ended", run_id=str(run.id), stage=stage.name, reason=reason)
    if run.attempt >= max_attempts:
        await runs.fail(
            connection,
            run,
            service=SERVICE,
            stage=stage.name,
            code="worker_lost",
            message=f"{reason} (tried {run.attempt} times)",
            lease_token=row["lease_token"],
        )
        return
    await connection.execute(
        update(tables.runs)
        .where(tables.runs.c.id == run.id)
        .values(status=stage.waiting, **RELEASED)
    )
    await runs.record(connection, run, "retry", SERVICE, detail=f"{stage.name}: {reason}")
    await outbox.add_for(connection, stage.consumption, stage.event_for(run), source=SERVICE)


async def _reap_formats(connection: AsyncConnection, max_attempts: int) -> int:
    table = tables.artifacts
    ended = await connection.execute(
        select(table)
        .where(table.c.lease_token.is_not(None), table.c.lease_until < func.clock_timestamp())
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    rows = ended.mappings().all()
    for row in rows:
        further = await FurtherFormat.of(connection, row)
        reason = f"{row['lease_owner']} did not finish within its lease"
        log.warning("lease ended", run_id=str(row["run_id"]), format=row["format"], reason=reason)
        if row["attempt"] >= max_attempts:
            await further_formats.fail(
                connection,
                further,
                service=SERVICE,
                code="worker_lost",
                message=f"{reason} (tried {row['attempt']} times)",
                lease_token=row["lease_token"],
            )
            continue
        await connection.execute(update(table).where(table.c.id == row["id"]).values(RELEASED))
        detail = f"{further.format}: {reason}"
        await runs.record(connection, further.run, "retry", SERVICE, detail=detail)
        await outbox.add_for(connection, FORMAT_RENDERER, further.requested(), source=SERVICE)
    return len(rows)


async def _reap_deliveries(connection: AsyncConnection, max_attempts: int) -> int:
    table = tables.deliveries
    ended = await connection.execute(
        deliveries_with_runs()
        .where(table.c.lease_token.is_not(None), table.c.lease_until < func.clock_timestamp())
        .limit(BATCH)
        .with_for_update(of=table, skip_locked=True)
    )
    rows = ended.mappings().all()
    for row in rows:
        with telemetry.continued({"traceparent": row["traceparent"]}):
            await _reap_delivery(connection, row, max_attempts)
    return len(rows)


async def _reap_delivery(connection: AsyncConnection, row: RowMapping, most: int) -> None:
    sending = row["status"] == DeliveryStatus.SENDING
    log.warning("lease ended", delivery_id=str(row["id"]), sending=sending)
    options = DeliveryOptions.model_validate(row["delivery_options"])
    if sending:
        outcome = DeliveryStatus.UNCERTAIN
        answer = f"{row['lease_owner']} was cut off while it was sending: it may have arrived"
        again = options.when_uncertain is WhenUncertain.RESEND
    else:
        outcome = DeliveryStatus.FAILED
        answer = f"{row['lease_owner']} did not finish within its lease"
        again = True
    times = row["cut_off"] + 1
    if not again or times >= most:
        if times > 1:
            answer = f"{answer} ({times} times in a row)"
        await give_up(connection, row, outcome, answer)
        return
    if sending:
        await end_attempt(connection, row, outcome, answer)
    await connection.execute(
        update(tables.deliveries)
        .where(tables.deliveries.c.id == row["id"])
        .values(
            status=DeliveryStatus.DEFERRED if sending else row["status"],
            cut_off=times,
            **RELEASED,
        )
    )
    await outbox.add_for(connection, DELIVERER, DeliveryDue(**about(row)), source=SERVICE)
