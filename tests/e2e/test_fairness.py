"""Hundreds of one tenant's scheduled reports, and five of another's, through the whole stack."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid6 import uuid7

from shared.states import FINAL_RUN_STATUSES, RunStatus
from shared.store import tables
from tests.processes import Fleet
from tests.schedules import new_definition, this_minute
from tests.tenants import Tenant, new_tenant

MANY = 800


async def due_now(admin: AsyncEngine, tenant: Tenant, count: int, due: datetime) -> None:
    definition_id = await new_definition(admin, tenant)
    cadence = {"kind": "daily", "time": f"{due:%H:%M}", "timezone": "UTC"}
    rows = [
        {
            "id": uuid7(),
            "tenant_id": tenant.id,
            "definition_id": definition_id,
            "name": f"daily {number}",
            "cadence": cadence,
            "next_run_at": due,
            "owner": "tests",
        }
        for number in range(count)
    ]
    async with admin.begin() as connection:
        await connection.execute(insert(tables.schedules), rows)


async def count_of(admin: AsyncEngine, tenant_id: UUID, *statuses: RunStatus) -> int:
    runs = tables.runs
    query = select(func.count()).where(runs.c.tenant_id == tenant_id, runs.c.status.in_(statuses))
    async with admin.connect() as connection:
        return await connection.scalar(query) or 0


async def until(admin: AsyncEngine, tenant_id: UUID, count: int, *statuses: RunStatus) -> None:
    deadline = time.monotonic() + 120
    while await count_of(admin, tenant_id, *statuses) < count:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


async def test_five_schedules_do_not_wait_behind_hundreds_of_somebody_elses(
    fleet: Fleet, admin: AsyncEngine, tenant: Tenant, admin_database_url: str
) -> None:
    other = await new_tenant(admin_database_url)
    try:
        await due_now(admin, tenant, MANY, this_minute())
        await until(admin, tenant.id, MANY, *RunStatus)
        await due_now(admin, other, 5, this_minute())
        await until(admin, other.id, 5, RunStatus.COMPLETED)

        over = await count_of(admin, tenant.id, *FINAL_RUN_STATUSES)
        assert over < MANY / 2, "before half of those that were asked for earlier"
    finally:
        runs = tables.runs
        async with admin.begin() as connection:
            await connection.execute(
                update(runs)
                .where(runs.c.tenant_id == tenant.id, runs.c.status == RunStatus.REQUESTED)
                .values(status=RunStatus.CANCELLED)
            )
