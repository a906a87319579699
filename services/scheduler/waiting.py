"""Occurrences that wait for their data: let go by a signal, or when it is too late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import DateTime, Select, cast, func, literal, or_, select

from services.scheduler import notices
from services.scheduler.due import (
    Clock,
    database_clock,
    rows_of,
    schedule_columns,
    schedules_with_definitions,
    with_members,
)
from services.scheduler.firing import write
from services.scheduler.shares import USUAL_SHARE, Shares
from services.scheduler.steps import (
    CannotBeFiredError,
    Step,
    fire_now,
    occurrence,
    readiness_of,
    switched_off,
)
from shared.blobs import BlobStore
from shared.cadence import CADENCE, Fire, public_holidays_at_hand
from shared.readiness import COUNTS_FOR, Fallback
from shared.states import Lane, OccurrenceStatus, ScheduleState
from shared.store import tables
from shared.store.engine import Store

BATCH = 200

_schedules, _occurrences, _signals = tables.schedules, tables.occurrences, tables.signals
_UNCHANGED = (
    *("state", "state_reason", "next_run_at", "next_nominal", "next_fold", "timezone_rules"),
)


async def let_go_of_waiting(
    store: Store, blobs: BlobStore, clock: Clock = database_clock, *, share: int = USUAL_SHARE
) -> int:
    """Make the runs of occurrences whose signal has come, or that wait no longer; how many.

    `share`: how many of a tenant's runs go through the bulk lane at once.
    """
    made = 0
    while True:
        async with store.housekeeping() as connection:
            now = await clock(connection)
            found = await connection.execute(_ready(now))
            rows = await with_members(connection, _one_of_each_schedule(rows_of(found)))
            await public_holidays_at_hand(*(row["cadence"] for row in rows))
            steps = []
            if rows:
                shares = await Shares.of(connection, rows, share)
                for row in rows:
                    one = _step(row, shares.lane(row["tenant_id"]))
                    shares.take(row["tenant_id"], len(one.runs))
                    steps.append(one)
                written = await write(connection, steps)
                await notices.tell(connection, blobs, notices.notices_of(written))
                made += sum(len(one.runs) for one in written)
        if not steps:
            return made


def _ready(now: datetime) -> Select[Any]:
    """Those of active schedules, the oldest first; one that is held waits for its signal alone."""
    before = _occurrences.alias("let_go_before")
    used = (
        select(func.max(before.c.signal_at))
        .where(before.c.schedule_id == _occurrences.c.schedule_id)
        .correlate(_occurrences)
        .scalar_subquery()
    )
    signal_at = (
        select(func.min(_signals.c.received_at))
        .where(
            _signals.c.tenant_id == _schedules.c.tenant_id,
            _signals.c.name == _schedules.c.readiness["signal"].astext,
            _signals.c.received_at >= _occurrences.c.due_at - COUNTS_FOR,
            _signals.c.received_at <= now,
            # Each signal counts once.
            _signals.c.received_at
            > func.coalesce(used, cast(literal("-infinity"), DateTime(timezone=True))),
        )
        .correlate(_schedules, _occurrences)
        .scalar_subquery()
    )
    columns: list[Any] = [
        *schedule_columns(),
        *(_occurrences.c[name].label(f"occurrence_{name}") for name in _OF_OCCURRENCE),
        signal_at.label("found_signal_at"),
    ]
    statement: Select[Any] = select(*columns)
    waiting = _occurrences.c.status == OccurrenceStatus.WAITING
    held_for_it = (
        _occurrences.c.status == OccurrenceStatus.HELD
    ) & _occurrences.c.wait_until.is_not(None)
    return (
        statement.select_from(
            schedules_with_definitions().join(
                _occurrences, _occurrences.c.schedule_id == _schedules.c.id
            )
        )
        .where(
            _schedules.c.state.in_((ScheduleState.ACTIVE, ScheduleState.ENDED)),
            _schedules.c.deleted_at.is_(None),
            or_(
                waiting & (_occurrences.c.wait_until <= now),
                waiting & _schedules.c.readiness.is_(None),
                (waiting | held_for_it) & signal_at.is_not(None),
            ),
        )
        .order_by(_occurrences.c.due_at)
        .limit(BATCH)
        .with_for_update(of=[_schedules, _occurrences], skip_locked=True)
    )


_OF_OCCURRENCE = ("nominal_local_time", "fold", "due_at", "status", "caught_up", "wait_until")


def _one_of_each_schedule(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The oldest: a second one of the same schedule must not take the same signal."""
    first: dict[Any, dict[str, Any]] = {}
    for row in rows:
        first.setdefault(row["id"], row)
    return list(first.values())


def _step(row: Mapping[str, Any], lane: Lane) -> Step:
    found = Step(row, {name: row[name] for name in _UNCHANGED}, lane=lane)
    fire = Fire(
        row["occurrence_nominal_local_time"], row["occurrence_fold"], row["occurrence_due_at"]
    )
    signal_at = row["found_signal_at"]
    try:
        readiness = readiness_of(row)
        cadence = CADENCE.validate_python(row["cadence"])
        if signal_at is None and readiness is not None:
            if readiness.fallback is Fallback.SKIP:
                left_out = occurrence(row, fire, OccurrenceStatus.SKIPPED, readiness.not_ready())
                found.occurrences.append(left_out)
                return found
            if readiness.fallback is Fallback.HOLD:
                held = occurrence(row, fire, OccurrenceStatus.HELD, readiness.not_ready())
                # It still waits, without an end.
                found.occurrences.append(held | {"wait_until": row["occurrence_wait_until"]})
                return found
        stale = signal_at is None and readiness is not None
        made = fire_now(
            found,
            cadence,
            fire,
            caught_up=row["occurrence_caught_up"],
            banner=f"The data may be old: {readiness.not_ready()}."
            if stale and readiness
            else None,
        )
    except ValidationError as error:
        return switched_off(row, f"cannot be fired: {error.error_count()} fields are wrong")
    except CannotBeFiredError as error:
        return switched_off(row, f"cannot be fired: {error}")
    made["signal_at"] = signal_at
    if stale and readiness:
        made["reason"] = readiness.not_ready()
    return found
