"""Broadsheet under measurement: the stack of `make run`, in a folder of its own."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from benchmarks.load import Order, Result, ask
from benchmarks.usage import Groups
from deploy.demo import load
from deploy.local.stack import LocalStack

_UNFINISHED = "SELECT count(*) FROM runs WHERE status NOT IN ('completed', 'failed', 'cancelled')"
_SINCE = """
SELECT count(*) FILTER (WHERE status = 'completed') AS completed, count(*) AS asked_for,
       extract(epoch FROM max(completed_at) - min(created_at))::float8 AS seconds
  FROM runs WHERE created_at > $1
"""


@dataclass(frozen=True)
class Made:
    """The runs since some instant, all of them finished."""

    runs: int
    seconds: float
    """From the first one's creation to the last one's completion, by the store's clock."""


class Broadsheet:
    """The five services, with broker, database and demo data at scale 1."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.today = datetime.now(UTC).date()

    def ask(self, scenario: str, format_name: str, requests: int, clients: int = 1) -> Result:
        """Have `clients` ask; see `benchmarks.load`."""
        return ask(
            Order(
                scenario=scenario,
                url=self.stack.api_url,
                tokens=[self._token(index) for index in range(clients)],
                format=format_name,
                requests=requests,
                today=self.today.isoformat(),
            )
        )

    def settle(self) -> None:
        """Wait until nothing is under way, and a moment more for the last words."""
        asyncio.run(self._settle())
        time.sleep(1.0)

    def made_since(self, instant: datetime) -> Made:
        """What was made of the requests since then; an error if any was not completed."""
        completed, asked_for, seconds = asyncio.run(self._row(_SINCE, instant))
        if completed < asked_for:
            raise RuntimeError(f"{asked_for - completed} of {asked_for} runs were not completed")
        return Made(completed, seconds)

    def services(self) -> Groups:
        """The root process of each service."""
        return {
            name: [service.pid]
            for name, service in self.stack.services.items()
            if service.pid is not None
        }

    def servers(self) -> Groups:
        """Those of the database and of the broker."""
        database = self.stack.infrastructure.database
        broker = self.stack.infrastructure.broker
        assert database is not None
        assert database.process is not None
        assert broker is not None
        return {
            "postgres": [database.process.pid],
            "rabbitmq": [process.pid for process in broker.processes.values()],
        }

    def _token(self, client: int) -> str:
        return self.stack.token(sub=f"client-{client}", role="admin")

    async def _settle(self) -> None:
        while (await self._row(_UNFINISHED))[0]:
            await asyncio.sleep(0.5)  # asking costs the database that is being measured

    async def _row(self, sql: str, *arguments: object) -> asyncpg.Record:
        connection = await asyncpg.connect(self.stack.infrastructure.admin_database_url)
        try:
            return await connection.fetchrow(sql, *arguments)
        finally:
            await connection.close()


@contextmanager
def running(state_dir: Path) -> Iterator[Broadsheet]:
    """Ready and warm inside the block."""
    ours = [name for name in os.environ if name.startswith("BROADSHEET_")]
    for name in ours:  # measured is what `make run` starts, not what this shell is set up for
        del os.environ[name]
    with LocalStack(state_dir) as stack:
        load(stack.infrastructure.admin_database_url, scale=1, seed=1)
        yield Broadsheet(stack)
