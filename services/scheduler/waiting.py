"""Occurrences that wait for their data: let go by a signal, or when it is too late."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from services.scheduler import notices
from services.scheduler.due import Clock, database_clock
from services.scheduler.firing import write
from services.scheduler.ready import claim_ready
from services.scheduler.shares import USUAL_SHARE, Shares
from services.scheduler.steps import (
    CannotBeFiredError,
    Step,
    fire_now,
    occurrence,
    readiness_of,
    switched_off,
)
from shared.banners import Banner
from shared.blobs import BlobStore
from shared.cadence import CADENCE, Fire, public_holidays_at_hand
from shared.readiness import Fallback, Readiness
from shared.states import Lane, OccurrenceStatus
from shared.store.engine import Store

BATCH = 200

_UNCHANGED = (
    *("state", "state_reason", "next_run_at", "next_nominal", "next_fold", "timezone_rules"),
)


async def let_go_of_waiting(
    store: Store,
    blobs: BlobStore,
    clock: Clock = database_clock,
    *,
    batch: int = BATCH,
    share: int = USUAL_SHARE,
) -> int:
    """Make the runs of occurrences whose signal has come, or that wait no longer; how many.

    Those of each tenant in turn, the oldest first. `share`: how many of a tenant's runs go through
    the bulk lane at once.
    """
    made = 0
    while True:
        async with store.housekeeping() as connection:
            rows = await claim_ready(connection, await clock(connection), batch)
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
            banner=_stale(readiness) if stale and readiness else None,
            traceparent=row["found_traceparent"],
        )
    except ValidationError as error:
        return switched_off(row, f"cannot be fired: {error.error_count()} fields are wrong")
    except CannotBeFiredError as error:
        return switched_off(row, f"cannot be fired: {error}")
    made["signal_at"] = signal_at
    if stale and readiness:
        made["reason"] = readiness.not_ready()
    return found


def _stale(readiness: Readiness) -> str:
    """That the data may be old, as a run keeps it."""
    by = f"{readiness.not_later_than:%H:%M}"
    return Banner(signal=readiness.signal, not_later_than=by).stored()
