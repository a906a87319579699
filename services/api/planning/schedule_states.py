"""Steps that people take with a schedule: pause it, resume it, hand it over.

Each looks at the locked row and says what is written; a step that cannot be taken is a Problem
409 or 422, and one that would change nothing writes nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, func
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.planning import schedule_store
from services.api.planning.owners import owner_refusal
from services.api.principals import Principal
from services.api.problems import Problem
from shared.states import ScheduleState

_ACTIVE_AGAIN: dict[str, Any] = {
    "state": ScheduleState.ACTIVE,
    "state_reason": None,
    "resumed_at": func.now(),
    "failures": 0,
}
"""`next_run_at` stays: the misfire policy decides about what was missed meanwhile."""


async def pause(connection: AsyncConnection, row: RowMapping, *, principal: Principal) -> bool:
    """Stop it until somebody resumes it; False: it is paused already."""
    if row["state"] == ScheduleState.PAUSED:
        return False
    if row["state"] != ScheduleState.ACTIVE:
        raise Problem(409, f"this schedule is {row['state']} ({row['state_reason']}): it rests")
    await schedule_store.write(
        connection,
        row,
        {"state": ScheduleState.PAUSED, "state_reason": f"paused by {principal.sub}"},
    )
    return True


async def resume(connection: AsyncConnection, row: RowMapping) -> bool:
    """Have it fire again; False: it does."""
    if row["state"] == ScheduleState.ACTIVE:
        return False
    if row["state"] == ScheduleState.ENDED:
        raise Problem(409, "this schedule has ended: give its cadence a later end, or none")
    if (refused := await owner_refusal(connection, row["owner"])) is not None:
        raise Problem(409, f"{refused}: hand the schedule over, which resumes it")
    await schedule_store.write(connection, row, _ACTIVE_AGAIN)
    return True


async def transfer(connection: AsyncConnection, row: RowMapping, *, to: str) -> bool:
    """Give it another owner; one that was held for want of one goes on. False: it is theirs."""
    if row["owner"] == to and row["state"] != ScheduleState.HELD:
        return False
    values: dict[str, Any] = {
        "owner": to,
        "version": row["version"] + 1,
        "updated_at": func.now(),
    }
    if row["state"] == ScheduleState.HELD:
        values |= _ACTIVE_AGAIN
    await schedule_store.write(connection, row, values)
    return True
