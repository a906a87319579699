"""How late schedules fire in normal operation: some each second, everything running.

From the instant at which a schedule was to act, spreading included, to the broker's confirmation
that it has the run's event.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from benchmarks.broadsheet import Broadsheet
from benchmarks.figures import milliseconds, percentile, table
from benchmarks.planned import add_definition, add_schedules, demo_tenant
from services.scheduler.plan import spread_of

_PER_SECOND = 10
_NAME = "spread"
_PUBLISHED = """
SELECT s.id, c.due_at, min(o.published_at) AS published_at  -- later ones are of retries
  FROM schedule_occurrences c
  JOIN schedules s ON s.id = c.schedule_id
  JOIN outbox o ON o.run_id = c.run_id AND o.event_type = 'report.requested.v1'
 WHERE s.name LIKE $1 AND o.published_at IS NOT NULL
 GROUP BY s.id, c.due_at
"""


@dataclass(frozen=True)
class Lateness:
    """Of so many fires."""

    fires: int
    p50_seconds: float
    p99_seconds: float
    most_seconds: float


def measure(broadsheet: Broadsheet, seconds: int) -> Lateness:
    """Ten schedules act in each of so many seconds, each at an instant of its own."""
    return asyncio.run(_measure(broadsheet, seconds))


async def _measure(broadsheet: Broadsheet, seconds: int) -> Lateness:
    url = broadsheet.stack.infrastructure.admin_database_url
    tenant = await demo_tenant(url)
    definition = await add_definition(url, tenant, ["csv"])
    connection = await asyncpg.connect(url)
    # The next minute but for a few seconds, in which the scheduler sees the new schedules.
    soon = datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=65)
    count = _PER_SECOND * seconds
    await add_schedules(
        connection,
        *(tenant, definition, _NAME, soon.replace(second=0, microsecond=0), count),
        spread_seconds=seconds,
        mailed=False,
    )
    deadline = time.monotonic() + 65 + seconds + 60
    rows: list[asyncpg.Record] = []
    while len(rows) < count and time.monotonic() < deadline:
        await asyncio.sleep(1)
        rows = await connection.fetch(_PUBLISHED, f"{_NAME} %")
    await connection.close()
    if len(rows) < count:
        raise RuntimeError(f"{count - len(rows)} of {count} schedules did not fire")
    late = [
        (row["published_at"] - row["due_at"] - spread_of(row["id"], seconds)).total_seconds()
        for row in rows
    ]
    return Lateness(len(late), percentile(late, 0.5), percentile(late, 0.99), max(late))


def report(found: Lateness) -> str:
    """For people."""
    rows = [
        [
            f"{found.fires:,}, {_PER_SECOND} each second",
            milliseconds(found.p50_seconds),
            milliseconds(found.p99_seconds),
            milliseconds(found.most_seconds),
            "1500 ms",
        ]
    ]
    header = ["fires", "p50", "p99", "the latest", "aim of p99"]
    return table("From due to the broker's confirmation", header, rows)
