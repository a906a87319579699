"""From due schedules to runs: one per nominal fire, however many schedulers look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Uuid, any_, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduler import notices
from services.scheduler.due import Clock, claim_due, database_clock, own_days_of
from services.scheduler.shares import USUAL_SHARE, Shares
from services.scheduler.steps import OCCURRENCE, Key, Step, step, switched_off
from shared import audit, run_requests, telemetry
from shared.blobs import BlobStore
from shared.states import OccurrenceStatus
from shared.store import tables
from shared.store.engine import Store, store_is_away
from shared.store.many_rows import as_given, given, insert_given

log = structlog.get_logger(__name__)

BATCH = 500
"""Schedules in one transaction."""

_schedules, _occurrences = tables.schedules, tables.occurrences
_NEXT = ("state", "state_reason", "next_run_at", "next_nominal", "next_fold", "timezone_rules")
_next = given(_schedules, ("id", *_NEXT))
_MOVE_ON = (
    update(_schedules)
    .where(_schedules.c.id == _next.c.id)
    .values({name: _next.c[name] for name in _NEXT})
)
_new = insert_given(_occurrences, tuple(OCCURRENCE))
_WRITE_OCCURRENCES = _new.on_conflict_do_update(
    # A held or waiting one goes on; what is settled was left out before, under the schedule's lock.
    index_elements=["schedule_id", "nominal_local_time", "fold"],
    set_={
        name: _new.excluded[name]
        for name in ("status", "reason", "caught_up", "wait_until", "signal_at", "run_id")
    }
    | {"updated_at": func.now()},
)


async def fire_due_schedules(
    store: Store,
    blobs: BlobStore,
    clock: Clock = database_clock,
    *,
    batch: int = BATCH,
    share: int = USUAL_SHARE,
) -> int:
    """Turn every due schedule into runs; returns how many runs were created.

    `blobs` is where mails about schedules that fire no more are put; `share` how many of a
    tenant's runs go through the bulk lane at once.

    Due rows are claimed with SKIP LOCKED, so schedulers share the work. Occurrences, runs,
    deliveries, events and the next fire are written by one statement each for a whole batch, in
    one transaction: a scheduler that dies leaves all of it, or nothing.
    """
    fired = 0
    while True:
        async with store.housekeeping() as connection:
            now = await clock(connection)
            due = await claim_due(connection, now, batch)
            if due:
                own_days = await own_days_of(connection, due)
                known = await _settled(connection, due)
                shares = await Shares.of(connection, due, share)
                steps = []
                for schedule in due:
                    tenant_id = schedule["tenant_id"]
                    one = step(
                        schedule,
                        own_days.get(tenant_id, {}),
                        now=now,
                        known=known,
                        lane=shares.lane(tenant_id),
                    )
                    shares.take(tenant_id, len(one.runs))
                    steps.append(one)
                written = await write(connection, steps)
                await notices.tell(connection, blobs, notices.notices_of(written))
                fired += sum(len(one.runs) for one in written)
        if len(due) < batch:
            return fired


async def _settled(connection: AsyncConnection, due: Sequence[Mapping[str, Any]]) -> set[Key]:
    """Occurrences that are there already, of fires that come again: after a restored backup, or
    by the clock stepping back. Held ones are not settled."""
    old = [row for row in due if row["next_run_at"] is not None]
    if not old:
        return set()
    earliest = min(row["next_nominal"] or row["next_run_at"].replace(tzinfo=None) for row in old)
    found = await connection.execute(
        select(
            _occurrences.c.schedule_id, _occurrences.c.nominal_local_time, _occurrences.c.fold
        ).where(
            _occurrences.c.schedule_id == any_(literal([row["id"] for row in old], ARRAY(Uuid))),
            # Wherever on Earth: the one may be local time, the other is UTC.
            _occurrences.c.nominal_local_time >= earliest - timedelta(days=2),
            _occurrences.c.status != OccurrenceStatus.HELD,
        )
    )
    return {(row.schedule_id, row.nominal_local_time, row.fold) for row in found}


async def write(connection: AsyncConnection, steps: Sequence[Step]) -> list[Step]:
    """Write them all; where the store refuses, one by one, so that one to blame stops no other.

    Returns what was written: in place of a step that cannot be, that its schedule is disabled.
    """
    try:
        async with connection.begin_nested():
            await _write(connection, steps)
    except DBAPIError as error:
        if store_is_away(error):
            raise
        if len(steps) > 1:
            return [done for one in steps for done in await write(connection, [one])]
        # A recipient named twice, an address that is too long.
        problem = f"cannot be fired: {_in_words(error)}"
        steps = [switched_off(steps[0].schedule, problem)]
        await _write(connection, steps)
    _tell(steps)
    return list(steps)


async def _write(connection: AsyncConnection, steps: Sequence[Step]) -> None:
    if runs := [run for one in steps for run in one.runs]:
        await run_requests.add_runs(connection, runs)
    if occurrences := [row for one in steps for row in one.occurrences]:
        await connection.execute(_WRITE_OCCURRENCES, as_given(occurrences))
    moved = [{"id": one.schedule["id"], **one.values} for one in steps]
    await connection.execute(_MOVE_ON, as_given(moved))
    await audit.record(connection, *(entry for one in steps for entry in one.audited))


def _in_words(error: DBAPIError) -> str:
    """What the store said, without the statement."""
    said = str(error.orig).partition(">: ")
    return (said[2] or said[0]).splitlines()[0]


def _tell(steps: Sequence[Step]) -> None:
    """A line for each run, in its trace, and one for each schedule that made none."""
    for status, count in Counter(
        str(row["status"]) for one in steps for row in one.occurrences
    ).items():
        telemetry.OCCURRENCES.labels(status).inc(count)
    for one in steps:
        for new in one.runs:
            _, trace_id, *_ = new.run["traceparent"].split("-")  # W3C Trace Context, 3.2.2
            log.info(
                "schedule fired",
                schedule_id=str(one.schedule["id"]),
                run_id=str(new.run["id"]),
                tenant=str(one.schedule["tenant_id"]),
                trace_id=trace_id,
            )
        reasons = {row["reason"] for row in one.occurrences if row["status"] in _UNUSUAL}
        if one.reason is not None or reasons:
            log.warning(
                "schedule did not fire" if one.reason is None else "schedule fires no more",
                schedule_id=str(one.schedule["id"]),
                tenant=str(one.schedule["tenant_id"]),
                reason=one.reason or "; ".join(sorted(filter(None, reasons))),
            )


_UNUSUAL = (OccurrenceStatus.MISSED, OccurrenceStatus.HELD, OccurrenceStatus.SKIPPED)
