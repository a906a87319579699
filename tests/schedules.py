"""Schedules made for one test each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from uuid6 import uuid7

from services.scheduler.due import Clock
from shared.store import tables
from tests.tenants import Tenant

NINE_O_CLOCK = datetime(2026, 1, 1, 9, tzinfo=UTC)


def this_minute() -> datetime:
    """The latest time at which a schedule can have been due: now, to the minute."""
    return datetime.now(UTC).replace(second=0, microsecond=0)


def at(instant: datetime) -> Clock:
    """A clock that always says so."""

    async def clock(_connection: AsyncConnection) -> datetime:
        return instant

    return clock


async def new_definition(
    admin: AsyncEngine,
    tenant: Tenant,
    *,
    timezone: str = "UTC",
    preset: str = "yesterday",
    report_type: str = "delivery_summary",
    parameters: dict[str, Any] | None = None,
    format_options: dict[str, Any] | None = None,
) -> UUID:
    """A report as CSV, saved under a name."""
    definition_id = uuid7()
    async with admin.begin() as connection:
        await connection.execute(
            insert(tables.definitions).values(
                id=definition_id, tenant_id=tenant.id, name=f"daily {definition_id}", owner="tests"
            )
        )
        await connection.execute(
            insert(tables.definition_versions).values(
                tenant_id=tenant.id,
                definition_id=definition_id,
                version=1,
                report_type=report_type,
                formats=["csv"],
                preset=preset,
                timezone=timezone,
                parameters=parameters or {},
                format_options=format_options or {},
            )
        )
    return definition_id


async def new_schedule(
    admin: AsyncEngine,
    tenant: Tenant,
    *,
    next_run_at: datetime | None,
    cron: str | None = None,
    cadence: dict[str, Any] | None = None,
    timezone: str = "UTC",
    report_timezone: str | None = None,
    deliver_to: Any = (),
    definition_id: UUID | None = None,
    columns: Mapping[str, Any] | None = None,
    **definition: Any,
) -> UUID:
    """Of that definition, or of one of its own (`new_definition`), due at `next_run_at`.

    Every day at that time, unless told otherwise; `next_run_at` has to be a time at which it fires.
    The report's timezone is the schedule's, unless another is named. `columns`: further ones of
    the schedule's row.
    """
    if cron is None:
        due = next_run_at or NINE_O_CLOCK
        cron = f"{due.minute} {due.hour} * * *"
    schedule_id = uuid7()
    if definition_id is None:
        definition_id = await new_definition(
            admin, tenant, timezone=report_timezone or timezone, **definition
        )
    async with admin.begin() as connection:
        await connection.execute(
            insert(tables.schedules).values(
                id=schedule_id,
                tenant_id=tenant.id,
                definition_id=definition_id,
                name=f"daily {schedule_id}",
                cadence=cadence or {"kind": "cron", "expression": cron, "timezone": timezone},
                deliver_to=list(deliver_to) if isinstance(deliver_to, tuple) else deliver_to,
                next_run_at=next_run_at,
                **{"owner": "tests"} | dict(columns or {}),
            )
        )
    return schedule_id
