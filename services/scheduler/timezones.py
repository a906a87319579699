"""Follows updates of the time zone database: what was planned by old rules is planned anew."""

from __future__ import annotations

import structlog
from pydantic import ValidationError
from sqlalchemy import bindparam, select, update

from services.scheduler.plan import instant_of, spread_of
from shared.cadence import CADENCE, public_holidays_at_hand, timezone_rules
from shared.states import ScheduleState
from shared.store import tables
from shared.store.engine import Store

log = structlog.get_logger(__name__)

BATCH = 500
_schedules = tables.schedules
_PLAN_ANEW = (
    update(_schedules)
    .where(_schedules.c.id == bindparam("of_schedule"))
    .values(next_run_at=bindparam("new_instant"), timezone_rules=bindparam("new_rules"))
)


async def follow_timezone_rules(store: Store, *, rules: str | None = None) -> int:
    """Give each planned fire its instant by the rules of this process; returns how many moved.

    The nominal time is what was promised: a place that abolishes summer time has its nine o'clock
    at another instant from then on. What is found to be due already fires at once.
    """
    rules = rules or timezone_rules()
    moved = 0
    while True:
        async with store.housekeeping() as connection:
            found = await connection.execute(
                select(_schedules)
                .where(
                    _schedules.c.state == ScheduleState.ACTIVE,
                    _schedules.c.deleted_at.is_(None),
                    _schedules.c.next_nominal.is_not(None),
                    _schedules.c.timezone_rules.is_distinct_from(rules),
                )
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            planned = found.mappings().all()
            await public_holidays_at_hand(*(row["cadence"] for row in planned))
            changes = []
            for row in planned:
                instant = row["next_run_at"]
                try:
                    timezone = CADENCE.validate_python(row["cadence"]).timezone
                except ValidationError:
                    pass  # firing it says so
                else:
                    instant = instant_of(row["next_nominal"], row["next_fold"], timezone)
                    instant += spread_of(row["id"], row["jitter_seconds"])
                moved += instant != row["next_run_at"]
                changes.append(
                    {"of_schedule": row["id"], "new_instant": instant, "new_rules": rules}
                )
            if changes:
                await connection.execute(_PLAN_ANEW, changes)
        if len(planned) < BATCH:
            break
    if moved:
        log.warning("time zone rules changed", rules=rules, schedules_moved=moved)
    return moved
