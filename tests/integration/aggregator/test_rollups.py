"""Reports say the same whether they are read from roll-ups or from rows, to the last digit.

The tests share one studio, from the first, of which nothing is rolled up, to the last.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from deploy.local.infrastructure import LocalInfrastructure
from services.aggregator.report_types import ReportRequest, report_types
from services.aggregator.rollups.keeper import WriterAddress, bring_up_to_date
from services.aggregator.rollups.layout import SUBJECTS, SUFFIX
from services.aggregator.rollups.rolling import writing
from services.aggregator.sources import Source, SourceSession
from shared.document import ReportDocument
from shared.periods import Period
from tests.oracle.awkward_periods import LEAP_SPRING, periods
from tests.studio import studio, studio_source, studio_writer

UNTIL = LEAP_SPRING
SETTLE = timedelta(hours=6)
TYPES = ("gpu_utilization", "quality_metrics", "cost_per_character")
READ = {"jobs", "job_steps", "worker_days", "character_totals", "checks"}
"""The tables that reports read."""


@pytest.fixture(scope="module")
def database(infra: LocalInfrastructure) -> Iterator[str]:
    with studio(infra, scale=0.03, seed=8, until=UNTIL) as url:
        yield url


@pytest.fixture
def writer(infra: LocalInfrastructure, database: str) -> WriterAddress:
    return studio_writer(infra, database)


@pytest.fixture
async def source(infra: LocalInfrastructure, database: str) -> AsyncIterator[Source]:
    opened = studio_source(infra, database)
    yield opened
    await opened.close()


@pytest.fixture
async def admin(database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


ITS_WAITING = (
    "FROM pg_stat_activity WHERE application_name = 'broadsheet-rollups'"
    " AND datname = current_database() AND wait_event_type = 'Lock'"
)


def a_year(timezone: str = "America/New_York") -> Period:
    """With most of the data, over their end."""
    return Period(
        first_day=UNTIL - timedelta(days=390),
        last_day=UNTIL + timedelta(days=10),
        timezone=timezone,
    )


class Rows:
    """A snapshot of a source that seems to have no roll-ups."""

    def __init__(self, session: SourceSession) -> None:
        self._session = session
        self.as_of = session.as_of

    async def fetch(self, sql: str, *arguments: object) -> Sequence[Mapping[str, Any]]:
        if arguments[:1] == (SUFFIX,):
            return []
        assert SUFFIX not in sql
        return await self._session.fetch(sql, *arguments)


class Watched(Rows):
    """A snapshot that remembers which of its roll-ups were read."""

    def __init__(self, session: SourceSession) -> None:
        super().__init__(session)
        self.read: set[str] = set()

    async def fetch(self, sql: str, *arguments: object) -> Sequence[Mapping[str, Any]]:
        self.read |= {table for table in READ if re.search(rf"{SUFFIX}\.{table}\b", sql)}
        return await self._session.fetch(sql, *arguments)


async def both(
    source: Source, name: str, period: Period, **parameters: Any
) -> tuple[ReportDocument, ReportDocument, set[str]]:
    """The report with roll-ups and without, of one instant; and what roll-ups it read."""
    report_type = report_types[name]
    request = ReportRequest(
        period=period,
        parameters=report_type.parameters.model_validate(parameters),
        tenant="Lighthouse Studio",
        generated_at=datetime.now(UTC),
    )
    async with source.snapshot() as session:
        watched = Watched(session)
        rolled = await report_type.build(watched, request)
        return rolled, await report_type.build(Rows(session), request), watched.read


async def check(source: Source, **parameters: Any) -> set[str]:
    """All types over a long period; which roll-ups they read together."""
    found: set[str] = set()
    for name in TYPES:
        rolled, raw, read = await both(source, name, a_year(), **parameters)
        assert rolled == raw
        found |= read
    return found


async def test_a_source_that_nothing_is_rolled_up_of_is_read_from_rows(source: Source) -> None:
    assert await check(source) == set()


async def test_days_that_have_not_settled_are_read_from_rows(
    source: Source, writer: WriterAddress, admin: asyncpg.Connection
) -> None:
    settle = datetime.now(UTC) - datetime(2023, 5, 1, tzinfo=UTC)
    await bring_up_to_date(writer, settle)
    assert await admin.fetchval("SELECT max(day) FROM studio_rollups.days") == datetime(
        2023, 4, 30, tzinfo=UTC
    )
    await admin.execute(
        "UPDATE studio.generation_jobs SET gpu_milliseconds = gpu_milliseconds - 1"
        " WHERE finished_at > '2023-05-01Z' AND id % 7 = 0 AND gpu_milliseconds > 0"
    )
    assert await check(source) == READ


async def test_whoever_is_killed_leaves_whole_days_and_the_next_one_goes_on(
    source: Source, writer: WriterAddress, admin: asyncpg.Connection
) -> None:
    before = await admin.fetchval("SELECT count(*) FROM studio_rollups.days")
    async with writing(writer.address, writer.search_path) as first:
        assert first is not None
        assert await first.prepare()
        days = [due for due in await first.due(SETTLE) if due.is_new]
        for due in days[:200:2]:
            await first.roll(due)
        # In the middle of a day: it has written sums, and waits to write that it has.
        blocking = admin.transaction()
        await blocking.start()
        await admin.execute("LOCK TABLE studio_rollups.days IN SHARE MODE")
        rolling = asyncio.create_task(first.roll(days[1]))
        while not await admin.fetchval(f"SELECT count(*) {ITS_WAITING}"):
            await asyncio.sleep(0.02)
        await admin.execute(f"SELECT pg_terminate_backend(pid) {ITS_WAITING}")
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await rolling
        await blocking.rollback()
    assert await admin.fetchval("SELECT count(*) FROM studio_rollups.days") == before + 100
    # Every other day is missing: what is there is read, the rest is rows.
    assert "jobs" in await check(source)
    await bring_up_to_date(writer, SETTLE)
    assert await admin.fetchval("SELECT count(*) FROM studio_rollups.days") > 750
    assert await check(source) == READ


ASKED: dict[str, dict[str, Any]] = {
    "Europe/Berlin": {"grain": "day"},
    "Asia/Kathmandu": {"grain": "week"},
    "Australia/Lord_Howe": {"grain": "day", "scene_types": ["dialogue", "crowd"]},
    "America/New_York": {"grain": "month", "resolution_tiers": ["uhd"]},
    "UTC": {"projects": ["The Paper Admiral"]},
}


async def equal_in_all(source: Source, timezone: str, spans: Sequence[Period]) -> None:
    """Whole documents, of each type."""
    used: set[str] = set()
    for period in spans:
        for name in TYPES:
            rolled, raw, read = await both(source, name, period, **ASKED[timezone])
            assert rolled == raw, (name, period)
            assert period.days > 7 or not read
            used |= read
    assert used >= {"jobs", "checks", "character_totals"}


@pytest.mark.parametrize("timezone", ASKED)
async def test_roll_ups_and_rows_give_equal_documents(
    source: Source, writer: WriterAddress, timezone: str
) -> None:
    """By turns: a quarter of the awkward periods in each timezone, and a long one in all."""
    await bring_up_to_date(writer, SETTLE)
    turn = list(ASKED).index(timezone)
    awkward = list(periods(UNTIL, timezone))[turn % 4 :: 4]
    await equal_in_all(source, timezone, [*awkward, a_year(timezone)])


@pytest.mark.long
@pytest.mark.parametrize("timezone", ASKED)
async def test_they_do_in_every_awkward_period(
    source: Source, writer: WriterAddress, timezone: str
) -> None:
    await bring_up_to_date(writer, SETTLE)
    await equal_in_all(source, timezone, [*periods(UNTIL, timezone)])


async def test_one_process_at_a_time_keeps_a_source(writer: WriterAddress) -> None:
    async with writing(writer.address, writer.search_path) as first:
        assert first is not None
        async with writing(writer.address, writer.search_path) as second:
            assert second is None


async def contents(admin: asyncpg.Connection) -> dict[str, list[str]]:
    """What is rolled up, row by row."""
    tables = {table: "true" for subject in SUBJECTS for table in subject.sums}
    # A character whose last job was moved away stays with nothing.
    tables["character_totals"] = "jobs > 0"
    found = {}
    for table, holds in tables.items():
        rows = await admin.fetch(
            f"SELECT t::text AS text FROM studio_rollups.{table} t WHERE {holds} ORDER BY 1"
        )
        found[table] = [row["text"] for row in rows]
    return found


@asynccontextmanager
async def a_while_later(admin: asyncpg.Connection, hours: int) -> AsyncIterator[None]:
    """As if all days had last been compared so much earlier."""
    await admin.execute(
        "UPDATE studio_rollups.days SET verified_at = verified_at - $1::interval",
        timedelta(hours=hours),
    )
    yield


# One job more dear, one that ended a month earlier, one of another worker and another character,
# one gone; a check of another outcome; a scene of another type, which changes what its jobs count
# as; and a job and a check that were entered late.
LATE = """
UPDATE studio.generation_jobs SET gpu_milliseconds = gpu_milliseconds + {n} WHERE id = 500;
UPDATE studio.generation_jobs
   SET queued_at = queued_at - interval '31 days', started_at = started_at - interval '31 days',
       finished_at = finished_at - interval '31 days' WHERE id = 2000 + {n};
UPDATE studio.generation_jobs
   SET worker_id = worker_id % 3 + 1,
       character_id = (SELECT max(id) FROM studio.characters WHERE delivered_at IS NOT NULL)
 WHERE id = 700;
DELETE FROM studio.qa_checks WHERE job_id = 900 + {n};
DELETE FROM studio.generation_jobs WHERE id = 900 + {n};
UPDATE studio.qa_checks SET passed = false, failure_type = 'flicker' WHERE id = 100 + {n};
UPDATE studio.scenes SET scene_type = 'crowd' WHERE id = 40 + {n};
INSERT INTO studio.generation_jobs
SELECT -id - {n}, scene_id, character_id, worker_id, status, 2, queued_at, started_at, finished_at,
       gpu_milliseconds FROM studio.generation_jobs WHERE id = 1000;
INSERT INTO studio.qa_checks SELECT -id - {n}, job_id, checked_at, passed, failure_type
  FROM studio.qa_checks WHERE id = 1000;
"""


async def test_rows_that_change_late_are_seen_at_once_and_rolled_up_as_if_anew(
    source: Source, writer: WriterAddress, admin: asyncpg.Connection
) -> None:
    await bring_up_to_date(writer, SETTLE)
    before = {name: (await both(source, name, a_year()))[0] for name in TYPES}
    await admin.execute(LATE.format(n=0))
    after = {name: (await both(source, name, a_year()))[0] for name in TYPES}
    for name in TYPES:
        assert after[name].sections != before[name].sections, "nothing of it shows"
    # Equal to the rows already, and most days are still read as sums.
    assert await check(source) == READ
    touched = await admin.fetchval("SELECT count(DISTINCT day) FROM studio_rollups.changes")
    assert 5 <= touched <= 20
    await bring_up_to_date(writer, SETTLE)
    assert await admin.fetchval("SELECT count(*) FROM studio_rollups.changes") == 0
    assert await check(source) == READ
    incremental = await contents(admin)
    # What the operations guide says to do to have everything made anew.
    await admin.execute("UPDATE studio_rollups.layout SET version = 0")
    assert await check(source) == set()
    await bring_up_to_date(writer, SETTLE)
    assert await check(source) == READ
    assert await contents(admin) == incremental


async def test_a_change_that_commits_while_its_day_is_rolled_up_is_not_lost(
    source: Source, writer: WriterAddress, admin: asyncpg.Connection
) -> None:
    await admin.execute("UPDATE studio.generation_jobs SET gpu_milliseconds = 1 WHERE id = 500")
    async with writing(writer.address, writer.search_path) as rollups:
        assert rollups is not None
        assert await rollups.prepare()
        (due,) = await rollups.due(SETTLE)
        blocking = admin.transaction()
        await blocking.start()
        # The writer has its view of the day, and waits to write that it has rolled it up.
        await admin.execute("LOCK TABLE studio_rollups.days IN SHARE MODE")
        rolling = asyncio.create_task(rollups.roll(due))
        while not await admin.fetchval(f"SELECT count(*) {ITS_WAITING}"):
            await asyncio.sleep(0.02)
        await admin.execute("UPDATE studio.generation_jobs SET gpu_milliseconds = 2 WHERE id = 500")
        await blocking.commit()
        await rolling
    assert await check(source) == READ
    await bring_up_to_date(writer, SETTLE)
    assert await check(source) == READ
    assert await admin.fetchval("SELECT count(*) FROM studio_rollups.changes") == 0


async def test_a_source_that_does_not_tell_of_changes_is_compared_and_reports_say_so(
    source: Source, writer: WriterAddress, admin: asyncpg.Connection
) -> None:
    for table in ("generation_jobs", "qa_checks", "scenes"):
        await admin.execute(f"ALTER TABLE studio.{table} DISABLE TRIGGER USER")
    await admin.execute("ALTER TABLE studio_rollups.changes RENAME TO elsewhere")
    await admin.execute(LATE.format(n=1))
    for name in TYPES:
        rolled, raw, _ = await both(source, name, a_year())
        assert rolled.sections != raw.sections, "the test changes nothing that roll-ups hold"
        assert [note for note in rolled.notes if "a correction entered since" in note]
        assert not [note for note in raw.notes if "a correction entered since" in note]
    async with a_while_later(admin, hours=25):
        await bring_up_to_date(writer, SETTLE)
    for name in TYPES:
        rolled, raw, _ = await both(source, name, a_year())
        assert rolled.model_copy(update={"notes": raw.notes}) == raw
    # Told of from now on: what changed meanwhile may be anything.
    await admin.execute("ALTER TABLE studio_rollups.elsewhere RENAME TO changes")
    for table in ("generation_jobs", "qa_checks", "scenes"):
        await admin.execute(f"ALTER TABLE studio.{table} ENABLE TRIGGER USER")


async def test_an_emptied_table_is_seen_at_once(source: Source, admin: asyncpg.Connection) -> None:
    await admin.execute("DELETE FROM studio.qa_checks WHERE checked_at < '2023-06-01Z'")
    assert await check(source) == READ
    emptying = admin.transaction()
    await emptying.start()
    await admin.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM studio.qa_checks")
    await admin.execute("TRUNCATE studio.qa_checks")
    await emptying.commit()
    assert "checks" not in await check(source)
    await admin.execute("INSERT INTO studio.qa_checks SELECT * FROM kept")
    assert "checks" not in await check(source)


async def test_roll_ups_of_another_layout_are_left_alone_and_not_read(
    source: Source, writer: WriterAddress, admin: asyncpg.Connection
) -> None:
    await admin.execute("UPDATE studio_rollups.layout SET version = 99")
    assert await check(source) == set()
    async with writing(writer.address, writer.search_path) as rollups:
        assert rollups is not None
        assert not await rollups.prepare()


async def test_a_reader_without_the_right_to_roll_ups_reads_rows(
    source: Source, admin: asyncpg.Connection
) -> None:
    await admin.execute("REVOKE USAGE ON SCHEMA studio_rollups FROM studio_reader")
    assert await check(source) == set()


async def test_the_writer_may_write_roll_ups_and_nothing_else(writer: WriterAddress) -> None:
    connection = await asyncpg.connect(writer.address)
    try:
        for forbidden in (
            "UPDATE studio.projects SET name = 'x'",
            "CREATE TABLE studio.mine ()",
            "CREATE SCHEMA mine",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(forbidden)
    finally:
        await connection.close()
