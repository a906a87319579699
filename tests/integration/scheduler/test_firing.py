"""From due schedules to runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.aggregator.catalogue import publish_report_types
from services.aggregator.report_types import report_types
from services.scheduler.firing import fire_due_schedules
from shared.blobs import BlobStore
from shared.store import tables
from shared.store.engine import Store, asyncpg_url
from tests.pipeline import Pipeline
from tests.schedules import at, new_schedule
from tests.tenants import Tenant

MORNING = datetime(2026, 10, 12, 9, tzinfo=UTC)
NINE = at(MORNING + timedelta(seconds=1))


@pytest.fixture
async def admin(admin_database_url: str, store: Store) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(asyncpg_url(admin_database_url))
    async with engine.begin() as connection:
        await connection.execute(update(tables.schedules).values(state="paused"))
        await publish_report_types(connection, report_types)
    yield engine
    await engine.dispose()


async def _schedule(admin: AsyncEngine, schedule_id: UUID) -> Any:
    async with admin.connect() as connection:
        found = await connection.execute(
            select(tables.schedules).where(tables.schedules.c.id == schedule_id)
        )
        return found.mappings().one()


async def _audited(admin: AsyncEngine, tenant: Tenant) -> list[Any]:
    async with admin.connect() as connection:
        found = await connection.execute(
            select(tables.audit)
            .where(tables.audit.c.tenant_id == tenant.id)
            .order_by(tables.audit.c.id)
        )
        return list(found.mappings().all())


async def test_a_due_schedule_makes_one_run_for_its_nominal_day_and_moves_on(
    store: Store, blobs: BlobStore, admin: AsyncEngine, pipeline: Pipeline
) -> None:
    schedule_id = await new_schedule(admin, pipeline.tenant, next_run_at=MORNING)
    assert await fire_due_schedules(store, blobs, NINE) == 1
    (run,) = await pipeline.runs()
    assert run["schedule_id"] == schedule_id
    assert run["lane"] == "bulk"
    assert str(run["first_day"]) == str(run["last_day"]) == "2026-10-11", "yesterday, as it was due"
    assert (await _schedule(admin, schedule_id))["next_run_at"] > MORNING
    assert await fire_due_schedules(store, blobs, NINE) == 0
    (entry,) = await _audited(admin, pipeline.tenant)
    assert (entry["actor"], entry["action"]) == ("scheduler", "report.requested")
    assert entry["subject"] == f"report/{run['id']}"
    assert entry["details"]["schedule"] == str(schedule_id)


async def test_yesterday_is_that_of_the_reports_timezone_not_of_the_schedules(
    store: Store, blobs: BlobStore, admin: AsyncEngine, pipeline: Pipeline
) -> None:
    # Eight in the morning of the 13th in Tokyo, when it is still the 12th in UTC.
    eight = datetime(2026, 10, 12, 23, tzinfo=UTC)
    await new_schedule(
        admin,
        pipeline.tenant,
        next_run_at=eight,
        cron="0 8 * * *",
        timezone="Asia/Tokyo",
        report_timezone="UTC",
    )
    await fire_due_schedules(store, blobs, at(eight))
    (run,) = await pipeline.runs()
    assert str(run["last_day"]) == "2026-10-11", "the last day that is over in UTC"


async def test_a_run_has_the_options_of_its_definition(
    store: Store, blobs: BlobStore, admin: AsyncEngine, pipeline: Pipeline
) -> None:
    options = {"csv_byte_order_mark": True}
    await new_schedule(
        admin, pipeline.tenant, next_run_at=MORNING, format_options={"csv_byte_order_mark": True}
    )
    assert await fire_due_schedules(store, blobs, NINE) == 1
    (run,) = await pipeline.runs()
    assert run["format_options"] == options


async def test_schedulers_that_look_at_once_fire_each_schedule_once(
    store: Store, blobs: BlobStore, admin: AsyncEngine, pipeline: Pipeline
) -> None:
    for _ in range(30):
        await new_schedule(admin, pipeline.tenant, next_run_at=MORNING)
    fired = await asyncio.gather(*(fire_due_schedules(store, blobs, NINE) for _ in range(3)))
    assert sum(fired) == 30
    assert len({run["schedule_id"] for run in await pipeline.runs()}) == 30
    assert len(await pipeline.runs()) == 30


async def test_a_nominal_time_that_comes_again_makes_no_second_run(
    store: Store, blobs: BlobStore, admin: AsyncEngine, pipeline: Pipeline
) -> None:
    schedule_id = await new_schedule(admin, pipeline.tenant, next_run_at=MORNING)
    await fire_due_schedules(store, blobs, NINE)
    async with admin.begin() as connection:  # as from a restored backup
        await connection.execute(
            update(tables.schedules)
            .where(tables.schedules.c.id == schedule_id)
            .values(next_run_at=MORNING)
        )
    assert await fire_due_schedules(store, blobs, NINE) == 0
    assert len(await pipeline.runs()) == 1
    assert (await _schedule(admin, schedule_id))["next_run_at"] > MORNING


async def test_the_two_passes_of_a_repeated_hour_are_two_fires(
    store: Store, blobs: BlobStore, admin: AsyncEngine, pipeline: Pipeline
) -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Berlin, twice
    schedule_id = await new_schedule(
        admin, pipeline.tenant, next_run_at=first, cron="30 * * * *", timezone="Europe/Berlin"
    )
    for due in (first, first + timedelta(hours=1)):
        assert await fire_due_schedules(store, blobs, at(due)) == 1
    assert len(await pipeline.runs()) == 2
    occurrences = await _occurrences(admin, schedule_id)
    assert [row["fold"] for row in occurrences] == [0, 1]
    assert len({row["nominal_local_time"] for row in occurrences}) == 1


async def _occurrences(admin: AsyncEngine, schedule_id: UUID) -> list[Any]:
    table = tables.occurrences
    async with admin.connect() as connection:
        found = await connection.execute(
            select(table).where(table.c.schedule_id == schedule_id).order_by(table.c.created_at)
        )
        return list(found.mappings().all())


async def test_a_report_that_the_tenant_has_switched_off_is_skipped_until_it_is_on(
    store: Store, blobs: BlobStore, admin: AsyncEngine, pipeline: Pipeline
) -> None:
    due: dict[str, Any] = {"next_run_at": MORNING, "report_type": "reviewer_productivity"}
    by_team = await new_schedule(admin, pipeline.tenant, **due)
    by_person = await new_schedule(admin, pipeline.tenant, **due, parameters={"by_person": True})

    assert await fire_due_schedules(store, blobs, NINE) == 0

    assert await pipeline.runs() == []
    for schedule_id in (by_team, by_person):
        (occurrence,) = await _occurrences(admin, schedule_id)
        assert (occurrence["status"], occurrence["run_id"]) == ("skipped", None)
        assert "switched off for this tenant" in occurrence["reason"]
        assert "an administrator of the tenant can switch it on" in occurrence["reason"]
        schedule = await _schedule(admin, schedule_id)
        assert (schedule["state"], schedule["state_reason"]) == ("active", None)
        assert schedule["next_run_at"] > MORNING

    tomorrow = MORNING + timedelta(days=1)
    async with admin.begin() as connection:
        settings = tables.tenant_settings
        await connection.execute(
            update(settings)
            .where(settings.c.tenant_id == pipeline.tenant.id)
            .values(reviewer_productivity=True)
        )
    assert await fire_due_schedules(store, blobs, at(tomorrow)) == 1
    (run,) = await pipeline.runs()
    assert run["schedule_id"] == by_team
    statuses = [row["status"] for row in await _occurrences(admin, by_team)]
    assert statuses == ["skipped", "fired"]
    assert "single people" in (await _occurrences(admin, by_person))[1]["reason"]


@pytest.mark.parametrize(
    "broken",
    [
        {"cron": "no cron"},
        {"cron": "0 9 30 2 *"},
        {"cron": "99 99 * * *"},
        {"timezone": "Mars/Olympus"},
        {"deliver_to": [{"channel": "email"}]},
        {"deliver_to": [17]},
        {"deliver_to": {"channel": "email", "to": "a@example.com"}},
        {"deliver_to": [{"channel": "email", "to": "a@example.com"}] * 2},
        {"deliver_to": [{"channel": "email", "to": "a" * 400}]},
        {"preset": "the day after tomorrow"},
        {"report_type": "a type that is gone"},
    ],
    ids=str,
)
async def test_a_schedule_that_cannot_be_fired_is_switched_off_and_stops_no_other(
    broken: dict[str, Any], store: Store, blobs: BlobStore, admin: AsyncEngine, pipeline: Pipeline
) -> None:
    earlier = MORNING - timedelta(hours=1)
    broken_id = await new_schedule(admin, pipeline.tenant, next_run_at=earlier, **broken)
    sound_id = await new_schedule(admin, pipeline.tenant, next_run_at=MORNING)

    assert await fire_due_schedules(store, blobs, NINE) == 1

    (run,) = await pipeline.runs()
    assert run["schedule_id"] == sound_id
    switched_off = await _schedule(admin, broken_id)
    assert switched_off["state"] == "disabled"
    assert switched_off["state_reason"].startswith("cannot be fired: ")
    assert [entry["action"] for entry in await _audited(admin, pipeline.tenant)] == [
        "schedule.switched_off",
        "report.requested",
    ]
    async with admin.connect() as connection:
        occurrences = await connection.scalar(
            select(text("count(*)"))
            .select_from(tables.occurrences)
            .where(tables.occurrences.c.schedule_id == broken_id)
        )
    assert occurrences == 0, "it does not claim to have fired"
    assert await fire_due_schedules(store, blobs, NINE) == 0
