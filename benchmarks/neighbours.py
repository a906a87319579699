"""Who shares the machine with a burst: a person who waits, and a tenant with five schedules.

A tenant's ten thousand schedules come due at once, each a PDF with a query of its own. Meanwhile
somebody asks for reports, and another tenant's five schedules come due.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg

from benchmarks import broadsheet
from benchmarks.broadsheet import Broadsheet
from benchmarks.figures import milliseconds, percentile, table
from benchmarks.planned import add_definition, add_schedules, another_tenant, demo_tenant

_FIVE, _TURNS = 5, 10
_AIMS = {"csv": 2, "pdf": 4}
_LEFT = """
SELECT count(*) FROM runs WHERE tenant_id = $1 AND lane <> 'interactive'
   AND status NOT IN ('completed', 'failed', 'cancelled', 'skipped')
"""
_DONE = """
SELECT count(*) AS done, extract(epoch FROM max(completed_at) - $2)::float8 AS seconds
  FROM runs WHERE tenant_id = $1 AND status = 'completed' AND created_at > $2
"""


@dataclass(frozen=True)
class Asked:
    """The median request of one format, until its report is complete."""

    format: str
    idle_seconds: float
    beside_seconds: float


@dataclass(frozen=True)
class Neighbours:
    """What was measured."""

    burst: int
    asked: tuple[Asked, ...]
    five_idle_seconds: float
    """Until all five PDFs of the other tenant are complete, from when they were due."""
    five_beside_seconds: float
    left: int
    """Runs of the burst that were not over at the end of it all."""


def measure(folder: Path, burst: int, requests: int) -> Neighbours:
    """In a stack of its own in that folder, since nothing waits for the burst to be over."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with broadsheet.running(folder) as running:
            running.ask("waiting", "pdf", 10)
            idle = _asked(running, requests)
            running.settle()
            return asyncio.run(_beside(running, idle, burst, requests))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _asked(running: Broadsheet, requests: int) -> dict[str, float]:
    """The median of so many requests of each format, by turns: what drains changes meanwhile."""
    seconds: dict[str, list[float]] = {name: [] for name in _AIMS}
    for _ in range(_TURNS):
        for name, found in seconds.items():
            answers = running.ask("waiting", name, requests // _TURNS).answers
            found.extend(answer.seconds for answer in answers)
    return {name: percentile(found, 0.5) for name, found in seconds.items()}


async def _beside(
    running: Broadsheet, idle: dict[str, float], burst: int, requests: int
) -> Neighbours:
    url = running.stack.infrastructure.admin_database_url
    many, few = await demo_tenant(url), await another_tenant(url)
    definitions = {tenant: await add_definition(url, tenant, ["pdf"]) for tenant in (many, few)}
    connection = await asyncpg.connect(url)
    try:
        # Else one query serves all schedules; who asks over the API asks for fresh data.
        await connection.execute("UPDATE tenant_settings SET freshness_seconds = 0")
        five_idle = await _five(connection, few, definitions[few], "five alone")
        await _due_now(connection, many, definitions[many], "many", burst)
        while (
            await connection.fetchval("SELECT count(*) FROM runs WHERE lane <> 'interactive'")
            < burst
        ):
            await asyncio.sleep(0.25)
        beside = await asyncio.to_thread(_asked, running, requests)
        asked = tuple(Asked(name, idle[name], beside[name]) for name in idle)
        five_beside = await _five(connection, few, definitions[few], "five beside")
        left = await connection.fetchval(_LEFT, many)
    finally:
        await connection.close()
    return Neighbours(burst, asked, five_idle, five_beside, left)


async def _five(connection: asyncpg.Connection, tenant: UUID, definition: UUID, name: str) -> float:
    begun = await connection.fetchval("SELECT clock_timestamp()")
    await _due_now(connection, tenant, definition, name, _FIVE)
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        found = await connection.fetchrow(_DONE, tenant, begun)
        if found["done"] == _FIVE:
            seconds: float = found["seconds"]
            return seconds
        await asyncio.sleep(0.1)
    raise RuntimeError("the other tenant's five were not made within ten minutes")


async def _due_now(
    connection: asyncpg.Connection, tenant: UUID, definition: UUID, name: str, count: int
) -> None:
    due = datetime.now(UTC).replace(second=0, microsecond=0, tzinfo=None)
    await add_schedules(connection, tenant, definition, name, due, count, mailed=False)


def report(found: Neighbours) -> str:
    """For people."""
    rows = [
        [
            f"somebody asks for {one.format.upper()} (median)",
            milliseconds(one.idle_seconds),
            milliseconds(one.beside_seconds),
            f"{one.beside_seconds / one.idle_seconds:.1f} times",
            f"{_AIMS[one.format]} times",
        ]
        for one in found.asked
    ]
    rows.append(
        [
            "another tenant's five PDFs on schedule",
            milliseconds(found.five_idle_seconds),
            milliseconds(found.five_beside_seconds),
            f"{found.five_beside_seconds / found.five_idle_seconds:.1f} times",
            "not behind the burst",
        ]
    )
    title = (
        f"Beside a burst of {found.burst:,} scheduled PDFs, {found.left:,} of them left at the end"
    )
    return table(title, ["what", "alone", "beside", "ratio", "aim"], rows)
