"""Who gets what a schedule sends, where it names a role and not an address."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from shared.store import tables
from shared.store.starters import give_usage_summary
from tests.scheduling import Scheduling
from tests.tenants import new_tenant

SUNDAY = datetime(2026, 11, 15, 12, tzinfo=UTC)
MONDAY_AT_NINE = datetime(2026, 11, 16, 14, tzinfo=UTC)
"""In New York."""
WEEK = timedelta(days=7)
DAILY = {"kind": "daily", "time": "14:00", "timezone": "UTC"}
ADMINS = [{"channel": "email", "role": "admin"}]


async def usage_summary(scheduling: Scheduling) -> UUID:
    """The schedule that a tenant begins with, owned by ada."""
    async with scheduling.admin.begin() as connection:
        assert await give_usage_summary(connection, scheduling.tenant.id, "ada")
        schedule_id = await connection.scalar(
            select(tables.schedules.c.id).where(
                tables.schedules.c.tenant_id == scheduling.tenant.id
            )
        )
    assert isinstance(schedule_id, UUID)
    return schedule_id


async def sent_to(scheduling: Scheduling, run_id: UUID) -> list[str]:
    async with scheduling.admin.connect() as connection:
        found = await connection.scalars(
            select(tables.deliveries.c.recipient)
            .where(tables.deliveries.c.run_id == run_id, tables.deliveries.c.channel == "email")
            .order_by(tables.deliveries.c.recipient)
        )
        return list(found)


async def test_the_usage_summary_comes_on_monday_at_nine_in_new_york_as_pdf_of_seven_days(
    scheduling: Scheduling,
) -> None:
    schedule = await usage_summary(scheduling)
    await scheduling.member("ada", "admin")
    assert await scheduling.tick(SUNDAY) == 0
    assert (await scheduling.row(schedule))["next_run_at"] == MONDAY_AT_NINE
    assert await scheduling.tick(MONDAY_AT_NINE - timedelta(seconds=1)) == 0
    assert await scheduling.tick(MONDAY_AT_NINE) == 1
    (run,) = await scheduling.runs(schedule)
    assert (run["report_type"], run["formats"]) == ("usage_summary", ["pdf"])
    assert (run["first_day"], run["last_day"]) == (date(2026, 11, 9), date(2026, 11, 15))
    assert run["timezone"] == "America/New_York"
    assert await sent_to(scheduling, run["id"]) == ["ada@example.com"]
    # The clocks go forward on 14 March 2027: nine o'clock is an hour earlier then.
    await scheduling.tick(datetime(2027, 3, 8, 15, tzinfo=UTC))
    after = (await scheduling.row(schedule))["next_run_at"]
    assert after == datetime(2027, 3, 15, 13, tzinfo=UTC)


async def test_it_goes_to_whoever_is_an_administrator_when_it_fires(
    scheduling: Scheduling,
) -> None:
    schedule = await usage_summary(scheduling)
    await scheduling.member("ada", "admin")
    await scheduling.member("bob", "author")
    await scheduling.member("carol", "viewer")
    await scheduling.tick(SUNDAY)
    # Since it was saved: one has come, one has left, one has no address.
    await scheduling.member("grace", "admin")
    await scheduling.member("heidi", "admin", active=False)
    await scheduling.member("ivan", "admin", email=None)
    await scheduling.tick(MONDAY_AT_NINE)
    members = tables.members.c
    mine = members.tenant_id == scheduling.tenant.id
    await scheduling.update(tables.members, mine & (members.sub == "grace"), active=False)
    await scheduling.update(tables.members, mine & (members.sub == "bob"), role="admin")
    await scheduling.tick(MONDAY_AT_NINE + WEEK)
    first, second = await scheduling.runs(schedule)
    assert await sent_to(scheduling, first["id"]) == ["ada@example.com", "grace@example.com"]
    assert await sent_to(scheduling, second["id"]) == ["ada@example.com", "bob@example.com"]
    requested = [
        entry["details"]["recipients"]
        for entry in await scheduling.audited()
        if entry["action"] == "report.requested"
    ]
    assert requested == [
        ["ada@example.com", "grace@example.com"],
        ["ada@example.com", "bob@example.com"],
    ]


async def test_administrators_of_another_tenant_get_nothing(
    scheduling: Scheduling, admin_database_url: str
) -> None:
    schedule = await usage_summary(scheduling)
    other = Scheduling(
        await new_tenant(admin_database_url), scheduling.store, scheduling.blobs,
        scheduling.admin, scheduling.folder,
    )  # fmt: skip
    theirs = await usage_summary(other)
    await scheduling.member("ada", "admin")
    await other.member("mallory", "admin")
    await scheduling.tick(SUNDAY)
    assert await scheduling.tick(MONDAY_AT_NINE) == 2
    (mine,), (not_mine,) = await scheduling.runs(schedule), await scheduling.runs(theirs)
    assert await sent_to(scheduling, mine["id"]) == ["ada@example.com"]
    assert await sent_to(scheduling, not_mine["id"]) == ["mallory@example.com"]


async def test_where_nobody_has_the_role_the_report_is_made_and_the_reason_told(
    scheduling: Scheduling,
) -> None:
    schedule = await usage_summary(scheduling)
    await scheduling.member("bob", "author")
    await scheduling.tick(SUNDAY)
    assert await scheduling.tick(MONDAY_AT_NINE) == 1
    (occurrence,) = await scheduling.occurrences(schedule)
    assert occurrence["status"] == "fired"
    assert occurrence["reason"] == "sent to nobody: no active admin has an address"
    assert await sent_to(scheduling, occurrence["run_id"]) == []
    assert (await scheduling.row(schedule))["state"] == "active"


async def test_an_address_beside_a_role_gets_one_mail(scheduling: Scheduling) -> None:
    deliver_to: list[Any] = [*ADMINS, {"channel": "email", "to": "ADA@example.com"}]
    schedule = await scheduling.schedule(MONDAY_AT_NINE, cadence=DAILY, deliver_to=deliver_to)
    await scheduling.member("ada", "admin")
    await scheduling.member("grace", "admin")
    await scheduling.tick(MONDAY_AT_NINE)
    (run,) = await scheduling.runs(schedule)
    assert await sent_to(scheduling, run["id"]) == ["ADA@example.com", "grace@example.com"]


async def test_who_waits_for_a_signal_is_looked_up_when_it_comes(scheduling: Scheduling) -> None:
    schedule = await scheduling.schedule(
        MONDAY_AT_NINE,
        cadence=DAILY,
        deliver_to=ADMINS,
        readiness={"signal": "loaded", "not_later_than": "18:00", "fallback": "send_stale"},
    )
    assert await scheduling.tick(MONDAY_AT_NINE) == 0
    await scheduling.member("grace", "admin")
    await scheduling.signal("loaded", MONDAY_AT_NINE + timedelta(minutes=5))
    assert await scheduling.tick(MONDAY_AT_NINE + timedelta(minutes=6)) == 1
    (run,) = await scheduling.runs(schedule)
    assert await sent_to(scheduling, run["id"]) == ["grace@example.com"]


async def test_a_role_that_there_is_not_stops_the_schedule_and_says_so(
    scheduling: Scheduling,
) -> None:
    boss = [{"channel": "email", "role": "boss"}]
    schedule = await scheduling.schedule(MONDAY_AT_NINE, cadence=DAILY, deliver_to=boss)
    assert await scheduling.tick(MONDAY_AT_NINE) == 0
    row = await scheduling.row(schedule)
    assert row["state"] == "disabled"
    assert row["state_reason"].startswith("cannot be fired: ")
