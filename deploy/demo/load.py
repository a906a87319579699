"""Loads the demo data: what the schema holds is replaced as a whole, in one transaction.

The new tables are filled beside the old ones and take their place at the end. Emptying and
refilling would not do: a reader whose snapshot is older than a TRUNCATE finds no rows at all.
The rows are copied with FREEZE, so that such a reader, once it comes to the new tables, sees
their rows although they were written after its snapshot.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import asyncpg

from deploy.demo.generate import generate
from deploy.demo.rows import TABLES, Row
from deploy.demo.source import ROLLUPS_SCHEMA, SCHEMA, exclusively, make_tables, sql

_INCOMING = f"{SCHEMA}_incoming"
_BATCH = 10_000
"""Rows of one table per COPY: enough to make a round trip cheap, little enough for memory."""
_SWAP_PATIENCE_SECONDS = 600.0


@dataclass(frozen=True)
class Loaded:
    """What a load did: rows by table, in the order of the tables, and how long it took."""

    rows: dict[str, int]
    seconds: float


def load(
    admin_url: str,
    scale: float,
    seed: int,
    until: date | None = None,
    *,
    say: Callable[[str], None] = lambda line: None,
) -> Loaded:
    """Replace the studio's rows with those of `generate(scale, seed, until)`.

    `until` is today (UTC) when left out. Readers see the old rows or the new ones, never some
    of both: the exchange waits for readers that are in the middle of a transaction. Roll-ups of
    the old rows go with them. Views,
    grants and other things that were attached to the tables by hand go with the old ones.
    `say` is told how far it is. Raises ValueError for a scale that is not positive and
    TimeoutError when readers do not let go of the old tables for ten minutes.
    """
    return asyncio.run(load_async(admin_url, scale, seed, until, say=say))


async def load_async(
    admin_url: str,
    scale: float,
    seed: int,
    until: date | None = None,
    *,
    say: Callable[[str], None] = lambda line: None,
) -> Loaded:
    """Like `load`, inside an event loop."""
    began = time.monotonic()
    until = until or datetime.now(UTC).date()
    connection = await asyncpg.connect(admin_url)
    try:
        async with connection.transaction():
            await exclusively(connection)
            await connection.execute(f"DROP SCHEMA IF EXISTS {_INCOMING} CASCADE")
            await make_tables(connection, _INCOMING)
            rows = await _copy(connection, scale, seed, until, say)
            say(f"{sum(rows.values()):,} rows copied, {time.monotonic() - began:.1f} s; indexing")
            await connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
            await connection.execute(sql("indexes"))
            await connection.execute(sql("grants"))
            await connection.execute("ANALYZE " + ", ".join(TABLES.values()))
            await _lock_old_tables(connection)
            await connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA}, {ROLLUPS_SCHEMA} CASCADE")
            await connection.execute(sql("rollups"))
            await connection.execute(f"ALTER SCHEMA {_INCOMING} RENAME TO {SCHEMA}")
            await connection.execute(sql("changes"))
    finally:
        await connection.close()
    return Loaded(rows, time.monotonic() - began)


async def _copy(
    connection: asyncpg.Connection,
    scale: float,
    seed: int,
    until: date,
    say: Callable[[str], None],
) -> dict[str, int]:
    """Copy all rows; the number of rows by table.

    While the server takes one batch, a thread makes the next one.
    """
    copied = dict.fromkeys(TABLES.values(), 0)
    told = time.monotonic()
    batches = _batches(generate(scale, seed, until))
    batch = await asyncio.to_thread(next, batches, None)
    while batch is not None:
        copying = connection.copy_to_table(
            TABLES[batch.kind],
            schema_name=_INCOMING,
            columns=batch.kind._fields,
            source=batch.content(),
            null="None",
            freeze=True,
        )
        copied[TABLES[batch.kind]] += batch.rows
        _, batch = await asyncio.gather(copying, asyncio.to_thread(next, batches, None))
        if time.monotonic() - told > 5:
            told = time.monotonic()
            say(f"{sum(copied.values()):,} rows copied")
    return copied


@dataclass(frozen=True)
class _Batch:
    """Rows of one table in the text format of COPY."""

    kind: type[Row]
    rows: int
    text: bytes

    async def content(self) -> AsyncIterator[bytes]:
        """The text, as asyncpg wants it."""
        yield self.text


def _batches(rows: Iterable[Row]) -> Iterator[_Batch]:
    """Rows by table, 10,000 at a time, in their order; the rest of each table at the end.

    None, True and instants are written as Python prints them, which Postgres reads. No text of
    the studio has a tab, a line break or a backslash in it.
    """
    waiting: dict[type[Row], list[str]] = {kind: [] for kind in TABLES}
    for row in rows:
        kind = type(row)
        lines = waiting[kind]
        lines.append("\t".join(map(str, row)))
        if len(lines) == _BATCH:
            yield _Batch(kind, len(lines), _text(lines))
            lines.clear()
    for kind, lines in waiting.items():
        if lines:
            yield _Batch(kind, len(lines), _text(lines))


def _text(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


async def _lock_old_tables(connection: asyncpg.Connection) -> None:
    """Wait until no reader is in a transaction that has touched the old tables; lock them all.

    Waiting is cut into short pieces, less than the server's `deadlock_timeout`: a reader that
    holds one table and waits for another that we hold would otherwise be aborted.
    """
    tables = await connection.fetch(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = ANY ($1)",
        [SCHEMA, ROLLUPS_SCHEMA],
    )
    if not tables:
        return
    names = ", ".join(sorted(name for (name,) in tables))
    deadline = time.monotonic() + _SWAP_PATIENCE_SECONDS
    await connection.execute("SET LOCAL lock_timeout = '300ms'")
    while True:
        try:
            async with connection.transaction():
                await connection.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
        except asyncpg.LockNotAvailableError:
            if time.monotonic() > deadline:
                raise TimeoutError(
                    "readers hold the studio's tables for ten minutes already: "
                    "end their transactions and load again"
                ) from None
            await asyncio.sleep(0.1)
        else:
            return
