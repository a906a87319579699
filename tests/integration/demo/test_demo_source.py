"""The demo source in a real database: its role, its rows, and how they are replaced."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
from click.testing import CliRunner

from cli.demo_data import demo_data
from deploy.demo import ensure_demo_source, generate_tables, load
from deploy.demo.rows import TABLES
from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.postgres import ensure_database, url_as
from services.aggregator.report_types import ReportRequest, report_types
from shared.periods import Period
from tests.studio import studio, studio_source

UNTIL = date(2026, 11, 21)
SCALE = 0.01


@pytest.fixture(scope="module")
def admin_url(admin_database_url: str, infra: LocalInfrastructure) -> Iterator[str]:
    """A database of these tests' own: others look at the studio of the shared one."""
    name = f"demo_{uuid4().hex[:8]}"
    url = urlunsplit(urlsplit(admin_database_url)._replace(path=f"/{name}"))
    ensure_database(url)
    # Roles belong to the whole server, so the reader keeps the password it has there.
    ensure_demo_source(url, infra.places.secret("studio"))
    yield url
    asyncio.run(_drop_database(admin_database_url, name))


async def _drop_database(admin_database_url: str, name: str) -> None:
    connection = await asyncpg.connect(admin_database_url)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


@pytest.fixture(scope="module")
def reader_url(admin_url: str, infra: LocalInfrastructure) -> str:
    """The same database as `studio_reader`."""
    return url_as(admin_url, "studio_reader", infra.places.secret("studio"))


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def test_making_the_source_again_keeps_its_rows(
    admin_url: str, reader_url: str, infra: LocalInfrastructure
) -> None:
    await asyncio.to_thread(load, admin_url, SCALE, 1, UNTIL)
    await asyncio.to_thread(ensure_demo_source, admin_url, infra.places.secret("studio"))
    async with connected(reader_url) as reader:
        assert await reader.fetchval("SELECT count(*) FROM generation_jobs") > 800


async def test_what_is_loaded_is_what_is_generated(admin_url: str, reader_url: str) -> None:
    loaded = await asyncio.to_thread(load, admin_url, SCALE, 3, UNTIL)
    expected = generate_tables(SCALE, 3, UNTIL)
    async with connected(reader_url) as reader:
        for kind, table in TABLES.items():
            columns = ", ".join(kind._fields)
            rows = await reader.fetch(f"SELECT {columns} FROM studio.{table} ORDER BY id")
            assert [tuple(row) for row in rows] == [tuple(row) for row in getattr(expected, table)]
            assert loaded.rows[table] == len(rows)


async def test_statistics_are_there_after_a_load(admin_url: str) -> None:
    await asyncio.to_thread(load, admin_url, SCALE, 1, UNTIL)
    async with connected(admin_url) as admin:
        estimated = await admin.fetchval(
            "SELECT reltuples FROM pg_class WHERE oid = 'studio.generation_jobs'::regclass"
        )
        assert estimated == await admin.fetchval("SELECT count(*) FROM studio.generation_jobs")


async def test_the_reader_cannot_write(reader_url: str) -> None:
    async with connected(reader_url) as reader:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await reader.execute("DELETE FROM characters")
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await reader.execute("CREATE TEMP TABLE notes (id int)")
        # Read-only transactions are a default that a session may change; the rights are not.
        await reader.execute("SET default_transaction_read_only = off")
        for statement in (
            "DELETE FROM characters",
            "UPDATE projects SET name = ''",
            "INSERT INTO workflow_changes VALUES (99, now(), 'x')",
            "TRUNCATE qa_checks",
            "CREATE TABLE studio.notes (id int)",
            "CREATE TABLE public.notes (id int)",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.execute(statement)


async def test_the_reader_cannot_read_other_schemas(admin_url: str, reader_url: str) -> None:
    async with connected(admin_url) as admin:
        await admin.execute(
            "CREATE TABLE public.secrets (word text);"
            "CREATE SCHEMA vault; CREATE TABLE vault.secrets (word text)"
        )
    async with connected(reader_url) as reader:
        for table in ("public.secrets", "vault.secrets", "pg_catalog.pg_authid"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.fetch(f"SELECT * FROM {table}")


async def test_the_store_of_the_same_database_is_closed_to_the_reader(
    infra: LocalInfrastructure,
) -> None:
    async with connected(infra.source_url) as reader:
        for table in ("runs", "tenants", "outbox", "audit"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.fetch(f"SELECT * FROM public.{table}")


async def test_the_reader_has_a_statement_timeout(reader_url: str) -> None:
    async with connected(reader_url) as reader:
        assert await reader.fetchval("SHOW statement_timeout") == "5min"
        assert await reader.fetchval("SHOW default_transaction_read_only") == "on"


async def test_a_reader_in_a_transaction_sees_the_old_studio_to_its_end(
    admin_url: str, reader_url: str
) -> None:
    await asyncio.to_thread(load, admin_url, SCALE, 1, UNTIL)
    old, new = generate_tables(SCALE, 1, UNTIL), generate_tables(SCALE, 2, UNTIL)
    async with connected(reader_url) as reader:
        async with reader.transaction(isolation="repeatable_read"):
            names = await _names(reader)
            loading = asyncio.create_task(asyncio.to_thread(load, admin_url, SCALE, 2, UNTIL))
            await asyncio.sleep(1.5)
            assert not loading.done()
            # The loader waits for the characters; the reader now asks for another table.
            assert await _count(reader, "annotations") == len(old.annotations)
            assert await _names(reader) == names == [each.name for each in old.characters]
        await loading
        assert await _names(reader) == [each.name for each in new.characters]


async def test_a_snapshot_from_before_a_load_finds_whole_tables(
    admin_url: str, reader_url: str
) -> None:
    await asyncio.to_thread(load, admin_url, SCALE, 1, UNTIL)
    new = generate_tables(SCALE, 2, UNTIL)
    async with (
        connected(reader_url) as reader,
        reader.transaction(isolation="repeatable_read"),
    ):
        await reader.fetchval("SELECT txid_current_snapshot()")
        await asyncio.to_thread(load, admin_url, SCALE, 2, UNTIL)
        assert await _count(reader, "generation_jobs") == len(new.generation_jobs)
        assert await _names(reader) == [each.name for each in new.characters]


async def test_a_load_that_fails_leaves_the_old_rows(admin_url: str, reader_url: str) -> None:
    await asyncio.to_thread(load, admin_url, SCALE, 1, UNTIL)

    def fail(line: str) -> None:
        raise RuntimeError(line)

    with pytest.raises(RuntimeError, match="rows copied"):
        await asyncio.to_thread(load, admin_url, SCALE, 2, UNTIL, say=fail)
    old = generate_tables(SCALE, 1, UNTIL)
    async with connected(reader_url) as reader:
        assert await _names(reader) == [each.name for each in old.characters]


def test_the_command_prints_what_it_loaded(admin_url: str) -> None:
    options = ["--scale", "0.01", "--until", "2028-03-15", "--database-url", admin_url]
    said = CliRunner().invoke(demo_data, options)
    assert said.exit_code == 0, said.output
    assert "400 days of data up to 2028-03-15" in said.output
    assert "generation_jobs" in said.output
    assert "loaded" in said.output.splitlines()[-1]


def test_the_command_says_why_it_could_not() -> None:
    said = CliRunner().invoke(demo_data, ["--database-url", "postgresql://127.0.0.1:1/nowhere"])
    assert said.exit_code == 1
    assert said.output.splitlines()[-1].startswith("Error: the demo data were not loaded:")


async def _names(reader: asyncpg.Connection) -> list[str]:
    return [name for (name,) in await reader.fetch("SELECT name FROM characters ORDER BY id")]


async def _count(reader: asyncpg.Connection, table: str) -> int:
    found = await reader.fetchval(f"SELECT count(*) FROM {table}")
    assert isinstance(found, int)
    return found


@pytest.fixture
def of_ten_million_jobs(infra: LocalInfrastructure) -> Iterator[str]:
    began = time.monotonic()
    with studio(infra, scale=100, seed=1, until=UNTIL) as url:
        print(f"loaded in {time.monotonic() - began:.0f} s")
        yield url


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_at_scale_100_ten_million_jobs_are_loaded_and_a_report_of_them_is_made(
    infra: LocalInfrastructure, of_ten_million_jobs: str
) -> None:
    connection = await asyncpg.connect(of_ten_million_jobs)
    jobs = await connection.fetchval("SELECT count(*) FROM studio.generation_jobs")
    delivered = await connection.fetchval(
        "SELECT count(*) FROM studio.characters"
        " WHERE delivered_at >= '2026-10-01Z' AND delivered_at < '2026-11-01Z'"
    )
    await connection.close()
    assert 9_500_000 < jobs < 10_500_000
    source = studio_source(infra, of_ten_million_jobs)
    request = ReportRequest(
        period=Period(first_day=date(2026, 10, 1), last_day=date(2026, 10, 31), timezone="UTC"),
        parameters=report_types["delivery_summary"].parameters(),
        tenant="Lighthouse Studio",
        generated_at=datetime.now(UTC),
    )
    async with source.snapshot() as session:
        document = await report_types["delivery_summary"].build(session, request)
    await source.close()
    assert document.kpis[0].value == delivered > 10_000
