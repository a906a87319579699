"""Postgres as a source: one snapshot, nothing written, and every trouble told apart."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.aggregator.sources import Limits, Source, register, source_kinds
from shared.errors import PermanentError, TransientError

LIMITS = Limits(statement_seconds=5, max_rows=1000, pool_size=2)


def opened(url: str, *, options: dict[str, Any] | None = None, limits: Limits = LIMITS) -> Source:
    return source_kinds["postgres"](url, options or {}, limits)


@pytest.fixture
async def schema(admin_database_url: str) -> AsyncIterator[str]:
    """A schema of the test's own with a table `numbers` of five rows."""
    name = f"source_{uuid4().hex[:8]}"
    connection = await asyncpg.connect(admin_database_url)
    await connection.execute(
        f"CREATE SCHEMA {name};CREATE TABLE {name}.numbers AS SELECT n FROM generate_series(1, 5) n"
    )
    yield name
    await connection.execute(f"DROP SCHEMA {name} CASCADE")
    await connection.close()


@pytest.fixture
async def source(admin_database_url: str, schema: str) -> AsyncIterator[Source]:
    found = opened(admin_database_url, options={"search_path": schema})
    yield found
    await found.close()


async def changed(url: str, sql: str) -> None:
    """Somebody else changes the source, and commits."""
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()


async def failure(source: Source, sql: str, *arguments: object) -> Exception:
    """What a query of that kind ends in; the pool serves on afterwards."""
    with pytest.raises((TransientError, PermanentError)) as caught:
        async with source.snapshot() as session:
            await session.fetch(sql, *arguments)
    async with source.snapshot() as session:
        assert [dict(row) for row in await session.fetch("SELECT 1 AS one")] == [{"one": 1}]
    return caught.value


async def test_a_snapshot_does_not_see_what_others_commit_meanwhile(
    source: Source, schema: str, admin_database_url: str
) -> None:
    before = datetime.now(UTC)
    async with source.snapshot() as session:
        assert before < session.as_of < datetime.now(UTC)
        await changed(admin_database_url, f"INSERT INTO {schema}.numbers VALUES (6)")
        (row,) = await session.fetch("SELECT count(*) AS rows FROM numbers")
        assert row["rows"] == 5
    async with source.snapshot() as session:
        (row,) = await session.fetch("SELECT count(*) AS rows FROM numbers")
        assert row["rows"] == 6


async def test_nothing_can_be_written(source: Source) -> None:
    error = await failure(source, "INSERT INTO numbers VALUES (6)")
    assert isinstance(error, PermanentError)
    assert "read-only" in error.message


@pytest.mark.parametrize(
    ("sql", "arguments"),
    [
        ("SELECT * FROM no_such_table", ()),
        ("SELECT no_such_column FROM numbers", ()),
        ("SELECT n / 0 FROM numbers", ()),
        ("SELECT 1 WHERE $1::int = 1", ("one",)),
        ("SELEKT", ()),
    ],
)
async def test_a_wrong_query_is_not_tried_again(
    source: Source, sql: str, arguments: tuple[object, ...]
) -> None:
    error = await failure(source, sql, *arguments)
    assert isinstance(error, PermanentError)
    assert error.code == "source_refused"


async def test_a_table_that_may_not_be_read_is_not_tried_again(
    source: Source, schema: str, admin_database_url: str
) -> None:
    role = f"stranger_{uuid4().hex[:8]}"
    await changed(admin_database_url, f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
    scheme, _, rest = admin_database_url.partition("://")
    stranger = opened(f"{scheme}://{role}:x@{rest.rpartition('@')[2]}")
    error = await failure(stranger, f"SELECT * FROM {schema}.numbers")
    assert isinstance(error, PermanentError)
    assert "permission denied" in error.message
    await stranger.close()
    await changed(admin_database_url, f"DROP ROLE {role}")


async def test_more_rows_than_the_ceiling_are_refused_not_cut(
    source: Source, admin_database_url: str
) -> None:
    async with source.snapshot() as session:
        assert len(await session.fetch("SELECT generate_series(1, 1000)")) == 1000
    error = await failure(source, "SELECT generate_series(1, 1001)")
    assert isinstance(error, PermanentError)
    assert error.code == "too_many_rows"
    assert "1000 rows" in error.message


async def test_a_slow_query_is_stopped_by_the_server_and_tried_again(
    admin_database_url: str,
) -> None:
    source = opened(admin_database_url, limits=Limits(0.2, 1000, 1))
    error = await failure(source, "SELECT pg_sleep(30)")
    await source.close()
    assert isinstance(error, TransientError)
    assert error.code == "source_timeout"


async def test_waiting_for_a_locked_table_ends(admin_database_url: str, schema: str) -> None:
    source = opened(admin_database_url, limits=Limits(0.3, 1000, 1))
    other = await asyncpg.connect(admin_database_url)
    async with other.transaction():
        await other.execute(f"LOCK TABLE {schema}.numbers")
        error = await failure(source, f"SELECT * FROM {schema}.numbers")
    await other.close()
    await source.close()
    assert isinstance(error, TransientError)


async def test_a_connection_that_is_cut_is_tried_again(
    source: Source, admin_database_url: str
) -> None:
    async with source.snapshot() as session:
        (row,) = await session.fetch("SELECT pg_backend_pid() AS pid")
        await changed(admin_database_url, f"SELECT pg_terminate_backend({row['pid']})")
        with pytest.raises(TransientError):
            await session.fetch("SELECT 1")
    async with source.snapshot() as session:
        assert len(await session.fetch("SELECT n FROM numbers")) == 5


async def test_tables_may_be_replaced_between_two_reports(
    source: Source, schema: str, admin_database_url: str
) -> None:
    """A statement prepared for the old table would be refused."""
    async with source.snapshot() as session:
        await session.fetch("SELECT n FROM numbers")
    await changed(admin_database_url, f"ALTER TABLE {schema}.numbers ALTER n TYPE text")
    async with source.snapshot() as session:
        rows = await session.fetch("SELECT n FROM numbers")
    assert {row["n"] for row in rows} == {*"12345"}


async def test_a_full_pool_is_tried_again(admin_database_url: str) -> None:
    source = opened(admin_database_url, limits=Limits(0.3, 1000, 1))
    async with source.snapshot():
        with pytest.raises(TransientError):
            async with source.snapshot():
                pass
    await source.close()


async def test_a_server_that_is_away_is_tried_again_and_found_when_it_is_back() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    source = opened(f"postgresql://someone:secret@127.0.0.1:{port}/nothing")
    for _ in range(2):
        with pytest.raises(TransientError) as caught:
            async with source.snapshot():
                pass
        assert "secret" not in caught.value.message
    await source.close()


async def test_a_server_that_falls_silent_is_not_waited_for_without_end(
    admin_database_url: str,
) -> None:
    """The connection stays open and nothing comes: only the client can notice."""
    silent = asyncio.Event()
    host, _, port = admin_database_url.rpartition("@")[2].partition("/")[0].partition(":")

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            if silent.is_set():
                await asyncio.sleep(3600)
            writer.write(data)
            await writer.drain()

    tasks: set[asyncio.Task[None]] = set()

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(host, int(port))
        for pair in ((reader, up_writer), (up_reader, writer)):
            tasks.add(asyncio.create_task(pump(*pair)))

    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    url = admin_database_url.replace(f"@{host}:{port}", f"@127.0.0.1:{address[1]}")
    source = opened(url, limits=Limits(0.2, 1000, 1))
    began = asyncio.get_running_loop().time()
    async with source.snapshot() as session:
        silent.set()
        with pytest.raises(TransientError):
            await session.fetch("SELECT 1")
    assert asyncio.get_running_loop().time() - began < 30
    for task in tasks:
        task.cancel()
    server.close()


@pytest.mark.parametrize(
    ("address", "options"),
    [("not an address: secret", {}), ("postgresql://a@b/c", {"serch_path": "x"})],
)
async def test_a_wrong_registration_is_told_without_its_password(
    address: str, options: dict[str, Any]
) -> None:
    with pytest.raises(PermanentError) as caught:
        async with opened(address, options=options).snapshot():
            pass
    assert caught.value.code == "source_misconfigured"
    assert "secret" not in str(caught.value)


def test_nothing_is_connected_before_the_first_snapshot() -> None:
    opened("postgresql://nobody@192.0.2.1/nothing")


def test_a_second_kind_of_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="two kinds of source"):
        register("postgres")(source_kinds["postgres"])
