"""Brings the demo source into a database: made in parallel, loaded by COPY, swapped in whole."""

from __future__ import annotations

import asyncio
import io
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg

from deploy.demo.studio import HOME, Row, Studio

SCHEMA = "studio"
READER = "studio_reader"
_LOADING = "studio_loading"
_LOCK = 0x73747564
_CHARACTERS_PER_PART = 250
_DETAILS = ("scenes", "generation_jobs", "qa_checks", "reviews", "annotations")


def ensure_demo_source(admin_url: str, reader_password: str) -> None:
    """Make the empty tables and the read-only role where they are missing. Repeatable."""
    asyncio.run(_ensure(admin_url, reader_password))


def load(
    admin_url: str,
    *,
    scale: float,
    seed: int,
    until: date | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, int]:
    """Replace what the schema holds; returns the rows per table.

    Readers see the old rows or the new ones, never a mixture: everything is loaded aside and
    swapped in by one transaction.
    """
    last_day = until or datetime.now(UTC).astimezone(HOME).date()
    return asyncio.run(_load(admin_url, Studio(scale=scale, seed=seed, until=last_day), say))


async def _ensure(admin_url: str, reader_password: str) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        async with connection.transaction():
            await connection.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
            await _ensure_reader(connection, reader_password)
            if not await connection.fetchval("SELECT to_regnamespace($1) IS NOT NULL", SCHEMA):
                await _make_schema(connection, SCHEMA)
                await connection.execute(_sql("indexes.sql"))
                await _grant(connection)
    finally:
        await connection.close()


async def _ensure_reader(connection: Any, password: str) -> None:
    known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", READER)
    literal = await connection.fetchval("SELECT quote_literal($1::text)", password)
    verb = "ALTER" if known else "CREATE"
    await connection.execute(f"{verb} ROLE {READER} LOGIN NOINHERIT PASSWORD {literal}")
    for setting in (
        "default_transaction_read_only = on",
        "statement_timeout = '5min'",
        f"search_path = {SCHEMA}",
    ):
        await connection.execute(f"ALTER ROLE {READER} SET {setting}")


async def _make_schema(connection: Any, name: str) -> None:
    await connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
    await connection.execute(f"CREATE SCHEMA {name}")
    await connection.execute(f"SET LOCAL search_path = {name}")
    await connection.execute(_sql("tables.sql"))


async def _grant(connection: Any) -> None:
    await connection.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {READER}")
    await connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {READER}")


def _sql(file_name: str) -> str:
    return Path(__file__).with_name(file_name).read_text()


async def _load(admin_url: str, studio: Studio, say: Callable[[str], None]) -> dict[str, int]:
    connection = await asyncpg.connect(admin_url, command_timeout=3600)
    try:
        async with connection.transaction():
            await connection.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
            await _make_schema(connection, _LOADING)
            counts = await _copy_all(connection, studio, say)
            say("making keys and indexes")
            await connection.execute(f"SET LOCAL search_path = {_LOADING}")
            await connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
            await connection.execute(_sql("indexes.sql"))
            await connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
            await connection.execute(f"ALTER SCHEMA {_LOADING} RENAME TO {SCHEMA}")
            await _grant(connection)
            for table in counts:
                await connection.execute(f"ANALYZE {SCHEMA}.{table}")
        return dict(counts)
    finally:
        await connection.close()


async def _copy_all(connection: Any, studio: Studio, say: Callable[[str], None]) -> Counter[str]:
    counts: Counter[str] = Counter()

    async def copy(table: str, content: bytes, rows: int) -> None:
        async def source() -> AsyncIterator[bytes]:
            yield content

        await connection.copy_to_table(table, source=source(), schema_name=_LOADING)
        counts[table] += rows

    for table, rows in (
        ("projects", studio.projects()),
        ("workers", studio.workers()),
        ("workflow_changes", studio.workflow_changes()),
        ("usage_events", studio.usage_events()),
    ):
        await copy(table, *_encoded(rows))
    total = studio.character_count
    starts = range(0, total, _CHARACTERS_PER_PART)
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        waiting: list[asyncio.Future[dict[str, tuple[bytes, int]]]] = []
        remaining = iter(starts)
        done = 0
        while True:
            # A few parts ahead, so that memory stays flat however large the scale.
            while len(waiting) < 6 and (start := next(remaining, None)) is not None:
                end = min(start + _CHARACTERS_PER_PART, total)
                waiting.append(loop.run_in_executor(pool, part, studio, start, end))
            if not waiting:
                break
            for name, (content, count) in (await waiting.pop(0)).items():
                await copy(name, content, count)
            done = min(done + _CHARACTERS_PER_PART, total)
            if done % (20 * _CHARACTERS_PER_PART) == 0 or done == total:
                say(f"{done:,} of {total:,} characters, {counts['generation_jobs']:,} jobs")
    return counts


def part(studio: Studio, start: int, end: int) -> dict[str, tuple[bytes, int]]:
    """Characters `start` to `end` (exclusive): COPY text and row count per table."""
    rows: dict[str, list[Row]] = {table: [] for table in ("characters", *_DETAILS)}
    for number in range(start, end):
        character = studio.character(number)
        rows["characters"].append(character.row())
        for table, row in character.details():
            rows[table].append(row)
    return {table: _encoded(found) for table, found in rows.items()}


def _encoded(rows: Iterable[Row]) -> tuple[bytes, int]:
    """The rows in COPY's text format, and how many there are."""
    buffer = io.StringIO()
    count = 0
    for line in _lines(rows):
        buffer.write(line)
        count += 1
    return buffer.getvalue().encode(), count


def _lines(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        # The made-up texts hold no tab, newline or backslash, so nothing needs escaping.
        yield "\t".join("\\N" if value is None else str(value) for value in row) + "\n"
