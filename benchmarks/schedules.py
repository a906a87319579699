"""Ten thousand schedules due in one minute, a hundred thousand that are not, and their next fires.

The scheduler alone runs, with broker and database: what it publishes stays in the queue.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from benchmarks.broadsheet import Broadsheet
from benchmarks.figures import milliseconds, table
from benchmarks.planned import add_definition, add_schedules, demo_tenant
from benchmarks.usage import cpu_seconds, difference
from deploy.local.stack import LocalStack
from services.scheduler.firing import fire_due_schedules
from services.scheduler.settings import SchedulerSettings
from shared.blobs import blob_store
from shared.cadence import CADENCE, next_fire
from shared.store.engine import Store

DUE = 10_000
IDLE = 100_000
TICKS = 30
_KINDS: tuple[dict[str, Any], ...] = (
    {"kind": "daily", "time": "09:00"},
    {"kind": "weekly", "days": ["monday", "thursday"], "time": "08:15"},
    {"kind": "monthly", "day": 31, "time": "09:00"},
    {"kind": "monthly", "day": {"nth": 2, "weekday": "tuesday"}, "time": "18:30"},
    {"kind": "quarterly", "day": "last", "time": "09:00"},
    {"kind": "yearly", "month": 2, "day": 29, "time": "02:30"},
    {"kind": "cron", "expression": "*/15 * * * *"},
    {"kind": "cron", "expression": "0 9 1 * 1"},
    {"kind": "daily", "time": "09:00", "business_days": {"country": "DE", "on_day_off": "after"}},
)
_ZONES = (
    *("America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Africa/Casablanca"),
    *("Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"),
)
_PUBLISHED = """
SELECT count(*) AS runs, count(DISTINCT r.schedule_id) AS schedules,
       count(o.published_at) AS published,
       extract(epoch FROM max(r.created_at) - $1)::float8 AS claimed_after,
       extract(epoch FROM max(o.published_at) - $1)::float8 AS published_after
  FROM runs r JOIN outbox o ON o.run_id = r.id
 WHERE r.created_at >= $1
"""


# Asked often, and beside those who are measured: without a join.
_HOW_MANY = "SELECT count(*) FROM outbox WHERE published_at >= $1"
_SECONDS_TO_WRITE = 20


@dataclass(frozen=True)
class Burst:
    """Schedules due at once, and the schedulers that fired them."""

    schedulers: int
    runs: int
    schedules: int
    """Different ones among the runs: as many as there are runs, or something fired twice."""
    claimed_after_seconds: float
    """From when they were due to the creation of the last run, by the store's clock."""
    published_after_seconds: float
    """To the broker's confirmation of the last event."""
    cpu_seconds: dict[str, float]
    """Of schedulers, database and broker meanwhile: what it takes however busy the machine is."""


@dataclass(frozen=True)
class Schedules:
    """What was measured."""

    next_fires_cpu_seconds: float
    """Of 10,000 cadences of mixed kinds, each read from JSON and asked for its next fire."""
    idle_tick_seconds: float
    """The median tick with 100,000 schedules, none of them due."""
    idle_tick_cpu_seconds: float
    """The scheduler's own part of it, on average."""
    bursts: tuple[Burst, ...]


def measure(folder: Path) -> Schedules:
    """Everything, in a stack of its own in that folder."""
    shutil.rmtree(folder, ignore_errors=True)
    fires = _next_fires()
    try:
        with LocalStack(folder, only=("scheduler",)) as stack:
            return asyncio.run(_measure(stack, fires))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _next_fires() -> float:
    mixed = itertools.cycle(itertools.product(_KINDS, _ZONES))
    asked = [kind | {"timezone": zone} for kind, zone in itertools.islice(mixed, DUE)]
    now = datetime.now(UTC)
    began = time.process_time()
    for cadence in asked:
        next_fire(CADENCE.validate_python(cadence), now)
    return time.process_time() - began


async def _measure(stack: LocalStack, fires: float) -> Schedules:
    bursts = []
    url = stack.infrastructure.admin_database_url
    tenant = await demo_tenant(url)
    definition = await add_definition(url, tenant, ["pdf"])
    for schedulers in (1, 2):
        with _further_schedulers(stack, schedulers - 1) as further:
            bursts.append(await _burst(stack, tenant, definition, further))
    stack.services["scheduler"].stop()
    tick, tick_cpu = await _idle_tick(stack, tenant, definition)
    return Schedules(fires, tick, tick_cpu, tuple(bursts))


async def _burst(
    stack: LocalStack, tenant: UUID, definition: UUID, further: Sequence[int]
) -> Burst:
    schedulers = 1 + len(further)
    running = Broadsheet(stack)
    groups = {**running.servers(), "schedulers": [*running.services()["scheduler"], *further]}
    connection = await asyncpg.connect(stack.infrastructure.admin_database_url)
    try:
        # The next minute, but for the seconds that writing them takes.
        soon = datetime.now(UTC) + timedelta(seconds=_SECONDS_TO_WRITE + 60)
        due = soon.replace(second=0, microsecond=0)
        name = f"due at once, {schedulers}"
        await add_schedules(connection, tenant, definition, name, due.replace(tzinfo=None), DUE)
        left = (due - datetime.now(UTC)).total_seconds()
        if left < 0:
            raise RuntimeError("the schedules were due before all of them were written")
        await asyncio.sleep(left)
        cpu = cpu_seconds(groups)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            await asyncio.sleep(0.25)
            if await connection.fetchval(_HOW_MANY, due) >= DUE:
                break
        cpu = difference(cpu, cpu_seconds(groups))
        # Whoever fires one twice does so within a few ticks.
        await asyncio.sleep(3)
        found = await connection.fetchrow(_PUBLISHED, due)
    finally:
        await connection.close()
    return Burst(
        schedulers,
        found["runs"],
        found["schedules"],
        found["claimed_after"],
        found["published_after"],
        cpu,
    )


async def _idle_tick(stack: LocalStack, tenant: UUID, definition: UUID) -> tuple[float, float]:
    """By the clock, and of CPU."""
    connection = await asyncpg.connect(stack.infrastructure.admin_database_url)
    far = datetime(2190, 1, 1, 9)  # noqa: DTZ001 (Postgres is told the zone)
    await add_schedules(connection, tenant, definition, "not due", far, IDLE)
    await connection.close()
    environment = stack.infrastructure.env_for("scheduler")
    names = {f"BROADSHEET_{name.upper()}": name for name in SchedulerSettings.model_fields}
    settings = SchedulerSettings.model_validate(
        {names[key]: value for key, value in environment.items() if key in names}
    )
    store, blobs = Store.connect(settings, "benchmarks"), blob_store(settings)
    took = []
    await fire_due_schedules(store, blobs)
    cpu = time.process_time()
    for _ in range(TICKS):
        began = time.perf_counter()
        await fire_due_schedules(store, blobs)
        took.append(time.perf_counter() - began)
    cpu = time.process_time() - cpu
    await store.close()
    return statistics.median(took), cpu / TICKS


@contextmanager
def _further_schedulers(stack: LocalStack, count: int) -> Iterator[list[int]]:
    """Their process ids."""
    started = []
    for number in range(count):
        environment = os.environ | stack.infrastructure.env_for("scheduler")
        port = stack.infrastructure.http_port(f"further-scheduler-{number}")
        environment["BROADSHEET_HTTP_PORT"] = str(port)
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "services.scheduler"],
                env=environment,
                stdout=subprocess.DEVNULL,
            )
        )
    if started:
        time.sleep(5)
    try:
        yield [process.pid for process in started]
    finally:
        for process in started:
            process.terminate()
            process.wait(20)


def report(found: Schedules) -> str:
    """For people."""
    rows = [
        [
            f"next fires of {DUE:,} cadences of mixed kinds",
            f"{found.next_fires_cpu_seconds:.2f} s of CPU",
            "3 s",
        ],
        [
            f"a tick with {IDLE:,} schedules, none due (median of {TICKS})",
            f"{milliseconds(found.idle_tick_seconds)}, "
            f"of it {found.idle_tick_cpu_seconds * 1000:.1f} ms of the scheduler's CPU",
            "5 ms",
        ],
    ]
    for burst in found.bursts:
        whose = "one scheduler" if burst.schedulers == 1 else f"{burst.schedulers} schedulers"
        rows.append(
            [
                f"{DUE:,} due at once, {whose}: claimed / published",
                f"{burst.claimed_after_seconds:.1f} s / {burst.published_after_seconds:.1f} s, "
                f"{DUE - burst.schedules} missing, {burst.runs - burst.schedules} twice; CPU: "
                + ", ".join(f"{who} {cpu:.1f} s" for who, cpu in burst.cpu_seconds.items()),
                "10 s" if burst.schedulers == 1 else "6 s",
            ]
        )
    return table("Schedules", ["what", "measured", "aim"], rows)
