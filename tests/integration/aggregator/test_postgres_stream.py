"""A large table on its way from Postgres to Arrow: every value as it was, every trouble told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg
import pyarrow as pa
import pytest

from services.aggregator.sources import Limits, Source, source_kinds
from shared.errors import PermanentError, TransientError

LIMITS = Limits(statement_seconds=20, max_rows=10, pool_size=1)
ZONE = "Europe/Berlin"


@pytest.fixture
async def source(admin_database_url: str) -> AsyncIterator[Source]:
    found = source_kinds["postgres"](admin_database_url, {}, LIMITS)
    yield found
    await found.close()


async def streamed(source: Source, sql: str, *arguments: object, **types: Any) -> pa.Table:
    pieces: list[pa.Table] = []
    async with source.snapshot() as session:
        await session.stream(
            sql, *arguments, schema=pa.schema(list(types.items())), into=pieces.append
        )
    return pa.concat_tables(pieces) if pieces else None


async def ensure_usable(source: Source) -> None:
    """The pool's one connection serves on."""
    async with source.snapshot() as session:
        assert [dict(row) for row in await session.fetch("SELECT 1 AS one")] == [{"one": 1}]


async def test_every_value_arrives_exactly(source: Source) -> None:
    texts = ["0001", "", None, "a,b", 'say "so"', "two\r\nlines\n", " padded ", "影像 🎬", "t",
             "\\N", "NULL", "1e5", "=1+1", "\t", "\x07"]  # fmt: skip
    found = await streamed(
        source,
        "SELECT t AS label, 9223372036854775807::bigint AS count, -0.10::numeric(9,2) AS hours,"
        " NULL::numeric AS nothing, DATE '2024-02-29' AS day, true AS yes, NULL::bool AS unknown,"
        " '2026-10-25 00:30:00.000001+00'::timestamptz AS seen FROM unnest($1::text[]) AS t",
        texts,
        label=pa.string(),
        count=pa.int64(),
        hours=pa.decimal128(38, 2),
        nothing=pa.decimal128(38, 2),
        day=pa.date32(),
        yes=pa.bool_(),
        unknown=pa.bool_(),
        seen=pa.timestamp("us", ZONE),
    )
    assert found.column("label").to_pylist() == texts
    # In UTC: Python holds no time of the hour that comes twice to be equal to another zone's.
    utc = found.column("seen").cast(pa.timestamp("us", "UTC"))
    rest = found.drop_columns(["label", "seen"]).append_column("seen", utc).to_pylist()
    assert rest == [
        {
            "count": 2**63 - 1,
            "hours": Decimal("-0.10"),
            "nothing": None,
            "day": date(2024, 2, 29),
            "yes": True,
            "unknown": None,
            "seen": datetime(2026, 10, 25, 0, 30, 0, 1, tzinfo=UTC),
        }
    ] * len(texts)


async def test_what_the_source_is_set_to_changes_no_value(admin_database_url: str) -> None:
    name = f"odd_{uuid4().hex[:8]}"
    administrator = await asyncpg.connect(admin_database_url)
    await administrator.execute(
        f"CREATE ROLE {name} LOGIN PASSWORD 'odd'; ALTER ROLE {name} SET datestyle = 'German';"
        f"ALTER ROLE {name} SET timezone = 'Asia/Kathmandu'"
    )
    address = admin_database_url.split("://", 1)[1].split("@", 1)[1]
    odd = source_kinds["postgres"](f"postgresql://{name}:odd@{address}", {}, LIMITS)
    found = await streamed(
        odd,
        "SELECT '2026-07-03 23:59:59.5+00'::timestamptz AS seen, DATE '2026-07-03' AS day",
        seen=pa.timestamp("us", ZONE),
        day=pa.date32(),
    )
    await odd.close()
    await administrator.execute(f"DROP ROLE {name}")
    await administrator.close()
    assert found.to_pylist() == [
        {"seen": datetime(2026, 7, 3, 23, 59, 59, 500_000, tzinfo=UTC), "day": date(2026, 7, 3)}
    ]


async def test_rows_come_in_order_and_none_is_lost_between_blocks(source: Source) -> None:
    found = await streamed(
        source,
        "SELECT n, repeat('x', n % 97) || E'\\n' AS text FROM generate_series(1, $1::int) n",
        200_000,
        n=pa.int64(),
        text=pa.string(),
    )
    assert found.column("n").to_pylist() == list(range(1, 200_001))
    assert found.column("text").to_pylist() == [f"{'x' * (n % 97)}\n" for n in range(1, 200_001)]


async def test_a_text_longer_than_a_block_is_one_value(source: Source) -> None:
    found = await streamed(
        source,
        "SELECT repeat('long ', 2000000) AS text FROM generate_series(1, 2)",
        text=pa.string(),
    )
    assert [len(text) for text in found.column("text").to_pylist()] == [10_000_000] * 2


async def test_no_rows_are_no_rows(source: Source) -> None:
    assert await streamed(source, "SELECT 1 AS n WHERE false", n=pa.int64()) is None


async def test_the_rows_are_of_the_sessions_instant(
    source: Source, admin_database_url: str
) -> None:
    table = f"public.late_{uuid4().hex[:8]}"
    administrator = await asyncpg.connect(admin_database_url)
    await administrator.execute(f"CREATE TABLE {table} AS SELECT 1 AS n")
    pieces: list[pa.Table] = []
    async with source.snapshot() as session:
        await session.fetch("SELECT 1")
        await administrator.execute(f"INSERT INTO {table} VALUES (2)")
        schema = pa.schema([("n", pa.int64())])
        await session.stream(f"SELECT n FROM {table}", schema=schema, into=pieces.append)
        with pytest.raises(PermanentError, match="read-only"):
            await session.fetch(f"INSERT INTO {table} VALUES (3)")
    await administrator.execute(f"DROP TABLE {table}")
    await administrator.close()
    assert pa.concat_tables(pieces).to_pylist() == [{"n": 1}]


@pytest.mark.parametrize(
    ("sql", "type_", "code"),
    [
        ("SELECT 'x' AS v", pa.int64(), "source_value_unfit"),
        ("SELECT 0.125 AS v", pa.decimal128(38, 2), "source_value_unfit"),
        ("SELECT 'infinity'::timestamptz AS v", pa.timestamp("us", ZONE), "source_value_unfit"),
        ("SELECT v FROM no_such_table", pa.int64(), "source_refused"),
    ],
    ids=str,
)
async def test_what_cannot_be_read_is_refused_and_says_why(
    source: Source, sql: str, type_: Any, code: str
) -> None:
    with pytest.raises(PermanentError) as refused:
        await streamed(source, sql, v=type_)
    assert refused.value.code == code
    await ensure_usable(source)


async def test_a_source_that_goes_away_in_the_middle_is_passing_trouble(
    source: Source, admin_database_url: str
) -> None:
    administrator = await asyncpg.connect(admin_database_url)
    pieces: list[int] = []
    loop = asyncio.get_running_loop()

    def cut_off(piece: pa.Table) -> None:
        if not pieces:
            asyncio.run_coroutine_threadsafe(
                administrator.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
                    " application_name = 'broadsheet-aggregator' AND query LIKE 'COPY%cut_me%'"
                ),
                loop,
            ).result()
        pieces.append(piece.num_rows)

    with pytest.raises(TransientError, match="source_"):
        async with source.snapshot() as session:
            await session.stream(
                "SELECT generate_series(1, 3000000) AS cut_me, repeat('x', 200) AS t",
                schema=pa.schema([("cut_me", pa.int64()), ("t", pa.string())]),
                into=cut_off,
            )
    await administrator.close()
    assert sum(pieces) < 3_000_000
    await ensure_usable(source)


async def test_who_stops_reading_leaves_the_connection_usable(source: Source) -> None:
    began, pieces = asyncio.Event(), []
    loop = asyncio.get_running_loop()

    def note(piece: pa.Table) -> None:
        pieces.append(piece.num_rows)
        loop.call_soon_threadsafe(began.set)

    async def read() -> None:
        async with source.snapshot() as session:
            await session.stream(
                "SELECT generate_series(1, 100000000) AS n",
                schema=pa.schema([("n", pa.int64())]),
                into=note,
            )

    reading = asyncio.create_task(read())
    await began.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    so_far = len(pieces)
    await ensure_usable(source)
    assert len(pieces) == so_far, "nothing is handed over any more"


async def test_what_goes_wrong_with_the_rows_comes_out(source: Source) -> None:
    def full(_: pa.Table) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        async with source.snapshot() as session:
            await session.stream(
                "SELECT generate_series(1, 2000000) AS n",
                schema=pa.schema([("n", pa.int64())]),
                into=full,
            )
    await ensure_usable(source)
