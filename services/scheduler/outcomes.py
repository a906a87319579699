"""What became of the runs that schedules made, and what follows for a schedule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import RowMapping, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduler import SERVICE, notices
from services.scheduler.notices import Notice
from shared import audit
from shared.blobs import BlobStore
from shared.states import FINAL_RUN_STATUSES, OccurrenceStatus, RunStatus, ScheduleState
from shared.store import tables
from shared.store.engine import Store
from shared.store.indexed_states import is_in_state

log = structlog.get_logger(__name__)

BATCH = 1000
DEFAULT_FAILURE_LIMIT = 5
"""Where a tenant has no settings."""

_occurrences, _runs, _schedules = tables.occurrences, tables.runs, tables.schedules
_WRITE_OUTCOME = (
    update(_occurrences)
    .where(
        _occurrences.c.schedule_id == bindparam("of_schedule"),
        _occurrences.c.nominal_local_time == bindparam("of_nominal"),
        _occurrences.c.fold == bindparam("of_fold"),
    )
    .values(
        outcome=bindparam("new_outcome"),
        reason=func.coalesce(bindparam("new_reason", type_=_occurrences.c.reason.type),
                             _occurrences.c.reason),
        updated_at=func.now(),
    )
)  # fmt: skip


async def take_note_of_outcomes(store: Store, blobs: BlobStore) -> int:
    """Write down how runs of schedules ended, once each; returns how many.

    So many failures in a row as the tenant's settings say disable a schedule, and its owner and
    the administrators are told, once. A run that was skipped or cancelled counts neither way.
    """
    noted = 0
    while True:
        async with store.housekeeping() as connection:
            ended = await _ended(connection)
            if ended:
                await connection.execute(_WRITE_OUTCOME, [_outcome(row) for row in ended])
                await _count_failures(connection, blobs, ended)
        noted += len(ended)
        if len(ended) < BATCH:
            return noted


async def _ended(connection: AsyncConnection) -> Sequence[RowMapping]:
    found = await connection.execute(
        select(
            _occurrences.c.schedule_id,
            _occurrences.c.nominal_local_time,
            _occurrences.c.fold,
            _runs.c.status,
            _runs.c.error,
            _runs.c.decision,
        )
        .join(_runs, _runs.c.id == _occurrences.c.run_id)
        .where(
            is_in_state(_occurrences.c.status, OccurrenceStatus.FIRED),
            _occurrences.c.outcome.is_(None),
            _runs.c.status.in_(FINAL_RUN_STATUSES),
        )
        .order_by(_runs.c.completed_at)
        .limit(BATCH)
        .with_for_update(of=_occurrences, skip_locked=True)
    )
    return found.mappings().all()


def _outcome(row: RowMapping) -> dict[str, Any]:
    return {
        "of_schedule": row["schedule_id"],
        "of_nominal": row["nominal_local_time"],
        "of_fold": row["fold"],
        "new_outcome": row["status"],
        "new_reason": _reason(row),
    }


def _reason(row: RowMapping) -> str | None:
    match row["status"]:
        case RunStatus.FAILED:
            return str((row["error"] or {}).get("message", "it failed"))
        case RunStatus.SKIPPED:
            return str((row["decision"] or {}).get("figure", "its condition was false"))
        case _:
            return None


async def _count_failures(
    connection: AsyncConnection, blobs: BlobStore, ended: Sequence[RowMapping]
) -> None:
    of_schedule: dict[UUID, list[RowMapping]] = defaultdict(list)
    for row in ended:
        if row["status"] in (RunStatus.COMPLETED, RunStatus.FAILED):
            of_schedule[row["schedule_id"]].append(row)
    if not of_schedule:
        return
    settings = tables.tenant_settings
    limit = func.coalesce(settings.c.schedule_failure_limit, DEFAULT_FAILURE_LIMIT).label("most")
    found = await connection.execute(
        select(_schedules, limit)
        .outerjoin(settings, settings.c.tenant_id == _schedules.c.tenant_id)
        .where(_schedules.c.id.in_(of_schedule))
        # In one order, so that two schedulers do not wait for each other.
        .order_by(_schedules.c.id)
        .with_for_update(of=_schedules)
    )
    told = []
    for schedule in found.mappings().all():
        failures = schedule["failures"]
        for row in of_schedule[schedule["id"]]:
            failures = failures + 1 if row["status"] == RunStatus.FAILED else 0
        if failures == schedule["failures"]:
            continue
        values: dict[str, Any] = {"failures": failures}
        if failures >= schedule["most"] and schedule["state"] == ScheduleState.ACTIVE:
            last = _reason(of_schedule[schedule["id"]][-1])
            reason = f"{failures} runs in a row failed, the last one with: {last}"
            values |= {"state": ScheduleState.DISABLED, "state_reason": reason}
            told.append(await _disabled(connection, schedule, reason))
        await connection.execute(
            update(_schedules).where(_schedules.c.id == schedule["id"]).values(values)
        )
    await notices.tell(connection, blobs, told)


async def _disabled(connection: AsyncConnection, schedule: RowMapping, reason: str) -> Notice:
    log.warning("schedule fires no more", schedule_id=str(schedule["id"]), reason=reason)
    await audit.record(
        connection,
        audit.entry(
            schedule["tenant_id"],
            SERVICE,
            "schedule.switched_off",
            f"schedule/{schedule['id']}",
            reason=reason,
        ),
    )
    text = f"It is switched off: {reason}. Mend what is wrong and resume it."
    return Notice(schedule["tenant_id"], schedule["owner"], schedule["name"], text)
