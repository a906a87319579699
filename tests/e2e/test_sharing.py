"""Fifty schedules at nine o'clock, through the whole stack."""

from __future__ import annotations

import asyncio
import time

import httpx
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.store import tables
from tests.e2e.reports import REPORTS
from tests.schedules import new_definition, new_schedule, this_minute
from tests.tenants import Tenant

SCHEDULES = 50


async def test_they_are_fifty_reports_of_one_snapshot(
    ada: httpx.Client, admin: AsyncEngine, tenant: Tenant
) -> None:
    async with admin.begin() as connection:
        await connection.execute(
            update(tables.tenant_settings)
            .where(tables.tenant_settings.c.tenant_id == tenant.id)
            .values(freshness_seconds=60)
        )
    due = this_minute()
    definition = await new_definition(admin, tenant)
    for _ in range(SCHEDULES):
        await new_schedule(admin, tenant, next_run_at=due, definition_id=definition)

    deadline = time.monotonic() + 60
    while True:
        listed = ada.get(REPORTS, params={"status": "completed", "limit": 200}).json()["items"]
        if len(listed) == SCHEDULES:
            break
        assert time.monotonic() < deadline, f"{len(listed)} of {SCHEDULES} are completed"
        await asyncio.sleep(0.3)

    views = [ada.get(f"{REPORTS}/{run['id']}").json() for run in listed]
    assert len({view["schedule"] for view in views}) == SCHEDULES
    assert len({(view["as_of"], view["snapshot"]["sha256"]) for view in views}) == 1
    (maker,) = [view for view in views if view["snapshot"]["of"] is None]
    assert {view["snapshot"]["of"] for view in views} == {None, maker["id"]}
    assert len({view["artifacts"][0]["sha256"] for view in views}) == 1, "byte for byte the same"
