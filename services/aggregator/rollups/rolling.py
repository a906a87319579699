"""Brings the roll-ups of one source up to date, day by day, as the source's writer.

A day is read and written in one REPEATABLE READ transaction of its own, and its row in `days` is
written with it: whoever is killed leaves whole days behind, and the next one goes on. An advisory
lock lets one process at a time work on a source.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from services.aggregator.rollups.layout import (
    CHANGES,
    SUBJECTS,
    SUFFIX,
    VERSION,
    Subject,
    is_changed,
    tables,
)

_CONNECT_SECONDS = 10.0
_STATEMENT_SECONDS = 300.0
_LOCK_SECONDS = 10.0
"""How long making the tables anew may wait for reports that read them, and hold up others."""
_DAY = timedelta(days=1)

# A day that ended n days ago is compared again every n hours, and from the 24th day on daily.
_DUE = """
WITH ended AS (
    SELECT day FROM generate_series(
        (SELECT date_trunc('day', min({instant}), 'UTC') FROM {relation}),
        least((SELECT max({instant}) FROM {relation}), now() - interval '1 day' - $2::interval),
        interval '1 day') AS day
)
SELECT day, d.day IS NULL AS is_new
  FROM ended
  FULL JOIN (SELECT day, verified_at, {changed} AS changed
               FROM {schema}.days d WHERE relation = $1) d USING (day)
 WHERE d.day IS NULL OR d.changed
    OR now() - d.verified_at > least(now() - d.day, interval '24 days') / 24
 ORDER BY d.day IS NULL DESC, d.changed DESC, d.verified_at, day DESC
"""


@dataclass(frozen=True)
class Due:
    """A day that has to be rolled up, or compared again."""

    subject: Subject
    day: datetime
    is_new: bool


class Writer:
    """A source's connection with the writer's rights; made by `writing`."""

    def __init__(self, connection: Any, schema: str) -> None:
        self._connection = connection
        self.schema = schema
        """Quoted for SQL."""
        self._told = False
        """Whether the source tells of changed days."""

    async def prepare(self) -> bool:
        """Make the tables if they are missing or of an earlier layout.

        False where they are of a later one: a newer aggregator looks after them.
        """
        async with self._connection.transaction():
            self._told = await self._connection.fetchval(
                "SELECT to_regclass($1) IS NOT NULL", f"{self.schema}.{CHANGES}"
            )
            version = 0
            if await self._connection.fetchval(
                "SELECT to_regclass($1) IS NOT NULL", f"{self.schema}.layout"
            ):
                version = await self._connection.fetchval(
                    f"SELECT version FROM {self.schema}.layout"
                )
            if version >= VERSION:
                return bool(version == VERSION)
            await self._clear()
            await self._connection.execute(tables(self.schema))
        return True

    async def _clear(self) -> None:
        names = await self._table_names()
        if not names:
            return
        # A report holds `layout` from its first look to its end: none has the others in hand then.
        await self._connection.execute(f"LOCK TABLE {self.schema}.layout IN ACCESS EXCLUSIVE MODE")
        await self._connection.execute("DROP TABLE " + ", ".join(names))

    async def due(self, settle: timedelta) -> list[Due]:
        """Days that ended at least `settle` ago, by the source's clock: new ones first, the latest
        of them first of all; then those told to have changed, and those compared longest ago."""
        found = []
        for subject in SUBJECTS:
            rows = await self._connection.fetch(
                _DUE.format(
                    schema=self.schema,
                    relation=subject.relation,
                    instant=subject.instant,
                    changed=is_changed(self.schema) if self._told else "false",
                ),
                subject.relation,
                settle,
            )
            found += [Due(subject, row["day"], row["is_new"]) for row in rows]
        return found

    async def roll(self, due: Due) -> bool:
        """Bring one day up to date; whether its sums had to be written."""
        subject, day, until = due.subject, due.day, due.day + _DAY
        async with self._connection.transaction(isolation="repeatable_read"):
            now = await self._connection.fetchrow(subject.fingerprint, day, until)
            known = await self._connection.fetchrow(
                f"SELECT rows, hash FROM {self.schema}.days WHERE relation = $1 AND day = $2",
                subject.relation,
                day,
            )
            changed = known is None or (known["rows"], known["hash"]) != (now["rows"], now["hash"])
            if changed:
                await self._sum_up(subject.take_off, day)
                for table, query in subject.sums.items():
                    name = f"{self.schema}.{table}"
                    replace = f"WITH old AS (DELETE FROM {name} WHERE day = $1) INSERT INTO {name}"
                    await self._connection.execute(f"{replace} {query}", day, until)
                await self._sum_up(subject.add, day)
            await self._connection.execute(
                f"INSERT INTO {self.schema}.days VALUES ($1, $2, $3, $4, $5, now())"
                " ON CONFLICT (relation, day) DO UPDATE SET rows = EXCLUDED.rows,"
                " hash = EXCLUDED.hash, earliest_start = EXCLUDED.earliest_start,"
                " verified_at = EXCLUDED.verified_at",
                subject.relation,
                day,
                now["rows"],
                now["hash"],
                now["earliest_start"],
            )
            if self._told:
                # Those alone that this transaction's view has, and so the sums.
                await self._connection.execute(
                    f"DELETE FROM {self.schema}.{CHANGES} WHERE relation = $1 AND day = $2",
                    subject.relation,
                    day,
                )
        return changed

    async def _sum_up(self, statement: str, day: datetime) -> None:
        if statement:
            await self._connection.execute(statement.format(schema=self.schema), day)

    async def tidy(self) -> None:
        """After much was written: what index-only scans and the planner rest on."""
        names = await self._table_names()
        await self._connection.execute("VACUUM (ANALYZE) " + ", ".join(names))

    async def _table_names(self) -> list[str]:
        """The tables made here: triggers of the source write into that of changes."""
        rows = await self._connection.fetch(
            "SELECT format('%s.%I', $1::text, relname) AS name FROM pg_class"
            " WHERE relnamespace = $1::regnamespace AND relkind = 'r' AND relname <> $2",
            self.schema,
            CHANGES,
        )
        return [row["name"] for row in rows]


@asynccontextmanager
async def writing(address: str, search_path: str | None) -> AsyncIterator[Writer | None]:
    """The source's roll-ups to write, for one process at a time; None while another has them."""
    settings = {
        "application_name": "broadsheet-rollups",
        "timezone": "UTC",
        # Hashes are over texts.
        "datestyle": "ISO",
        "statement_timeout": str(int(_STATEMENT_SECONDS * 1000)),
        # The same statements for days of any size.
        "plan_cache_mode": "force_custom_plan",
        # What a crash of the server takes away is whole days, and they are rolled up again.
        "synchronous_commit": "off",
        "lock_timeout": str(int(_LOCK_SECONDS * 1000)),
    }
    if search_path is not None:
        settings["search_path"] = search_path
    connection = await asyncpg.connect(
        address,
        timeout=_CONNECT_SECONDS,
        command_timeout=_STATEMENT_SECONDS + 2,
        server_settings=settings,
    )
    try:
        schema = await connection.fetchval(
            "SELECT quote_ident(current_schema() || $1::text)", SUFFIX
        )
        won = await connection.fetchval("SELECT pg_try_advisory_lock(hashtext($1))", schema)
        yield Writer(connection, schema) if won else None
    finally:
        # Lets go of the lock as well.
        await connection.close(timeout=_CONNECT_SECONDS)
