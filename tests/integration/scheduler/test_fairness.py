"""A tenant with hundreds of schedules due at once, and one with five."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid6 import uuid7

from services.scheduler.firing import fire_due_schedules
from services.scheduler.waiting import let_go_of_waiting
from shared.blobs import BlobStore
from shared.states import RunStatus
from shared.store import tables
from shared.store.engine import Store
from tests.schedules import at, new_definition
from tests.scheduling import Scheduling
from tests.tenants import Tenant, new_tenant

NINE = datetime(2026, 11, 16, 9, tzinfo=UTC)
A_DAY = timedelta(days=1)
SHARE = 10


@pytest.fixture
async def other(admin_database_url: str, scheduling: Scheduling) -> Tenant:
    """Whose five must not wait; `scheduling` is the one with many."""
    return await new_tenant(admin_database_url)


async def plan(admin: AsyncEngine, tenant: Tenant, count: int, due: datetime) -> None:
    """Daily schedules of one definition."""
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


async def runs_of(admin: AsyncEngine, tenant: Tenant) -> list[RowMapping]:
    """In the order in which they were made."""
    table = tables.runs
    query = select(table).where(table.c.tenant_id == tenant.id).order_by(table.c.id)
    async with admin.connect() as connection:
        return list((await connection.execute(query)).mappings().all())


async def test_of_what_is_due_each_tenant_has_its_turn(
    scheduling: Scheduling, other: Tenant
) -> None:
    await plan(scheduling.admin, scheduling.tenant, 60, NINE)
    await plan(scheduling.admin, other, 5, NINE + timedelta(minutes=2))

    await fire_due_schedules(
        scheduling.store, scheduling.blobs, at(NINE + timedelta(minutes=2)), batch=20
    )

    many = await runs_of(scheduling.admin, scheduling.tenant)
    five = await runs_of(scheduling.admin, other)
    assert (len(many), len(five)) == (60, 5)
    (first_batch,) = {run["created_at"] for run in five}
    assert first_batch == min(run["created_at"] for run in many), "though due two minutes later"


async def test_beyond_its_share_a_tenants_runs_take_the_lane_for_backlogs(
    store: Store, blobs: BlobStore, scheduling: Scheduling, other: Tenant
) -> None:
    admin, many = scheduling.admin, scheduling.tenant
    await plan(admin, many, 35, NINE)
    await plan(admin, other, 5, NINE)

    async def lanes_on(day: int) -> list[dict[str, int]]:
        """Of the runs made on that day, by tenant."""
        before = [len(await runs_of(admin, tenant)) for tenant in (many, other)]
        await fire_due_schedules(store, blobs, at(NINE + day * A_DAY), batch=20, share=SHARE)
        made = [await runs_of(admin, tenant) for tenant in (many, other)]
        return [
            dict(Counter(run["lane"] for run in runs[count:]))
            for runs, count in zip(made, before, strict=True)
        ]

    assert await lanes_on(0) == [{"bulk": SHARE, "backlog": 25}, {"bulk": 5}]
    assert await lanes_on(1) == [{"backlog": 35}, {"bulk": 5}], "yesterday's are under way"
    async with admin.begin() as connection:
        theirs = tables.runs.c.tenant_id.in_([many.id, other.id])
        await connection.execute(
            update(tables.runs).where(theirs).values(status=RunStatus.COMPLETED, completed_at=NINE)
        )
    assert await lanes_on(2) == [{"bulk": SHARE, "backlog": 25}, {"bulk": 5}]


async def test_what_waited_for_a_signal_is_shared_out_as_well(
    scheduling: Scheduling,
) -> None:
    readiness = {"signal": "loaded", "not_later_than": "12:00", "fallback": "skip"}
    for _ in range(3):
        await scheduling.schedule(NINE, readiness=readiness)
    await scheduling.tick(NINE)
    await scheduling.signal("loaded", NINE + timedelta(minutes=1))

    await scheduling.tick(NINE + timedelta(minutes=2), share=2)

    made = await runs_of(scheduling.admin, scheduling.tenant)
    assert Counter(run["lane"] for run in made) == {"bulk": 2, "backlog": 1}


async def test_of_what_waited_for_a_signal_each_tenant_has_its_turn(
    scheduling: Scheduling, other: Tenant
) -> None:
    readiness = {"signal": "loaded", "not_later_than": "12:00", "fallback": "skip"}
    many, theirs = scheduling.tenant, other
    for tenant, count, due in ((many, 12, NINE), (theirs, 2, NINE + timedelta(minutes=2))):
        scheduling.tenant = tenant
        for _ in range(count):
            await scheduling.schedule(due, readiness=readiness)
    await scheduling.tick(NINE + timedelta(minutes=2))
    for tenant in (many, theirs):
        scheduling.tenant = tenant
        await scheduling.signal("loaded", NINE + timedelta(minutes=3))

    made = await let_go_of_waiting(
        scheduling.store, scheduling.blobs, at(NINE + timedelta(minutes=4)), batch=5
    )

    assert made == 14
    first_batch = min(run["created_at"] for run in await runs_of(scheduling.admin, many))
    of_two = await runs_of(scheduling.admin, theirs)
    assert [run["created_at"] for run in of_two] == [first_batch] * 2, "though due later"
