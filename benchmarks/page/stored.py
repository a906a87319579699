"""What the page shows while it is measured: real reports, and 100,000 runs around them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from benchmarks.broadsheet import Broadsheet
from benchmarks.http_client import Connection
from benchmarks.planned import add_definition, add_schedules, demo_tenant
from deploy.demo import load

ROWS_PER_SCALE = 95_000
"""Jobs that the demo studio has finished at scale 1, or a few more."""
DAYS = 400
SCHEDULES = 100
SHOWN = ("delivery_summary", "gpu_utilization", "quality_metrics", "cost_per_character")
"""What the home page has figures of."""

# Finished long ago, so that their files are gone; the newest ones are the real reports.
_RUNS = """
INSERT INTO runs (id, tenant_id, report_type, source, first_day, last_day, timezone, parameters,
                  formats, lane, occasion, requested_by, role, status, error,
                  created_at, started_at, completed_at, files_expired_at, files_removed_at)
SELECT gen_random_uuid(), $1, ($2::text[])[1 + n % cardinality($2::text[])], 'studio',
       at::date - 31, at::date - 1, 'UTC', '{}', '{pdf,csv}', 'interactive', 'request',
       ($3::text[])[1 + n % cardinality($3::text[])], 'author',
       CASE WHEN n % 97 = 0 THEN 'failed' WHEN n % 211 = 0 THEN 'cancelled' ELSE 'completed' END,
       CASE WHEN n % 97 = 0 THEN jsonb_build_object(
            'code', 'source_unavailable', 'message', 'the source did not answer in time',
            'stage', 'aggregate', 'service', 'aggregator') END,
       at, at + interval '20 ms', at + interval '180 ms', at + interval '1 day', now()
  FROM generate_series(1, $4::int) AS n, LATERAL (
       SELECT now() - interval '9 days' - n * interval '5 minutes' AS at) AS moments
"""
_PEOPLE = ["ada", "grace", "margaret", "planning"]


@dataclass(frozen=True)
class Stored:
    """Addresses of what is there to be looked at."""

    runs: int
    report: UUID
    """A report with charts and short tables."""
    long_table: UUID
    """One whose table has very many rows."""
    rows: int
    """So many."""


def fill(running: Broadsheet, runs: int, rows: int) -> Stored:
    """Load a studio with so many jobs, have its reports made, and write `runs` into the store.

    RuntimeError when a report is not made or its table has another number of rows.
    """
    url = running.stack.infrastructure.admin_database_url
    load(url, scale=max(1.0, rows / ROWS_PER_SCALE), seed=1)
    return asyncio.run(_fill(running, runs, rows))


async def _fill(running: Broadsheet, runs: int, rows: int) -> Stored:
    url = running.stack.infrastructure.admin_database_url
    tenant = await demo_tenant(url)
    definition = await add_definition(url, tenant, ["pdf"])
    store = await asyncpg.connect(url)
    try:
        await store.execute(_RUNS, tenant, list(SHOWN), _PEOPLE, runs)
        await store.execute("VACUUM ANALYZE runs")
        at = datetime.combine(running.today + timedelta(days=2), time(9))
        await add_schedules(store, tenant, definition, "Daily deliveries", at, SCHEDULES)
    finally:
        await store.close()
    async with Connection(running.stack.api_url, running.stack.token()) as api:
        made = [await _made(running, api, name, days=31) for name in SHOWN]
        columns = {"limit": rows}
        long_table = await _made(running, api, "generation_jobs", days=DAYS, parameters=columns)
    if long_table["snapshot"]["rows"] != rows:
        raise RuntimeError(f"the studio has {long_table['snapshot']['rows']} jobs, not {rows}")
    quality = made[SHOWN.index("quality_metrics")]
    return Stored(runs + len(SHOWN) + 1, UUID(quality["id"]), UUID(long_table["id"]), rows)


async def _made(
    running: Broadsheet,
    api: Connection,
    name: str,
    *,
    days: int,
    parameters: dict[str, Any] | None = None,
) -> Any:
    until = running.today - timedelta(days=1)
    body = {
        "type": name,
        "formats": ["json"],
        "period": {"from": (until - timedelta(days=days - 1)).isoformat(), "to": until.isoformat()},
        "parameters": parameters or {},
    }
    answer = await api.post("/api/v1/reports", body, prefer="wait=30")
    if answer.status != 200 or answer.json()["status"] != "completed":
        raise RuntimeError(f"{name} was not made: {answer.body.decode()}")
    return answer.json()
