"""The chain under measurement: its worker, beside the services, on their broker and database."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import asyncpg

from benchmarks.usage import Groups
from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.places import CHECKOUT
from deploy.local.processes import spawn, stop_child

PROCESSES = 2
NICENESS = "10"
_TABLE = """
CREATE TABLE IF NOT EXISTS chain_reports (
  run_id uuid PRIMARY KEY, path text NOT NULL, sha256 text NOT NULL, size bigint NOT NULL,
  rows bigint NOT NULL, stored_at timestamptz NOT NULL DEFAULT clock_timestamp())
"""
_COUNT = "SELECT count(*) FROM chain_reports"
_LAST = "SELECT extract(epoch FROM max(stored_at))::float8 FROM chain_reports"
_OPTIONS = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")


@dataclass(frozen=True)
class Made:
    """A number of reports, all stored."""

    seconds: float
    """From the first one's asking to the last one's row."""
    asking_cpu_seconds: float


class Chain:
    """A running worker with two processes."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        environment: dict[str, str],
        infrastructure: LocalInfrastructure,
        today: date,
    ) -> None:
        self._process = process
        self._environment = environment
        self._infrastructure = infrastructure
        self._today = today

    def processes(self) -> Groups:
        """The worker's root process."""
        return {"celery": [self._process.pid]}

    def make(self, format_name: str, reports: int) -> Made:
        """Ask for reports and wait until the last one is stored."""
        return asyncio.run(self._make(format_name, reports))

    async def _make(self, format_name: str, reports: int) -> Made:
        connection = await asyncpg.connect(self._infrastructure.admin_database_url)
        try:
            before = await connection.fetchval(_COUNT)
            producer = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "benchmarks.celery_chain.producer"),
                *(format_name, str(reports), self._today.isoformat()),
                stdout=subprocess.PIPE,
                env=self._environment,
                cwd=CHECKOUT,
            )
            said, _ = await producer.communicate()
            if producer.returncode:
                raise RuntimeError("the chain's producer failed")
            while await connection.fetchval(_COUNT) < before + reports:
                if self._process.poll() is not None:
                    raise RuntimeError("the chain's worker ended")
                await asyncio.sleep(0.1)
            asked = json.loads(said)
            ended = await connection.fetchval(_LAST)
            return Made(ended - asked["began"], asked["cpu_seconds"])
        finally:
            await connection.close()


@contextmanager
def running(infrastructure: LocalInfrastructure, today: date) -> Iterator[Chain]:
    """A worker that has taken up its work, inside the block."""
    asyncio.run(_make_table(infrastructure.admin_database_url))
    folder = infrastructure.places.state_dir / "chain"
    environment = {
        **os.environ,
        "CHAIN_AMQP_URL": infrastructure.amqp_url,
        "CHAIN_DATABASE_URL": infrastructure.admin_database_url,
        "CHAIN_SOURCE_URL": infrastructure.source_url,
        "CHAIN_FOLDER": str(folder),
    }
    worker = spawn(
        [
            # As the services that do the same work: see `deploy.local.supervised`.
            *("nice", "-n", NICENESS, sys.executable, "-m", "celery"),
            *("--app", "benchmarks.celery_chain.app", "worker", "--concurrency", str(PROCESSES)),
            *_OPTIONS,
        ],
        environment,
        infrastructure.places.log("celery"),
        cwd=CHECKOUT,
    )
    with suppress(OSError):  # as the services do for themselves: see `shared.priority`
        Path(f"/proc/{worker.pid}/autogroup").write_text(NICENESS)
    try:
        yield Chain(worker, environment, infrastructure, today)
    finally:
        stop_child(worker)


async def _make_table(admin_url: str) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(_TABLE)
    finally:
        await connection.close()
