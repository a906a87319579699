"""A list that is too long for a page: from the source through both workers to its files."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import asyncpg
import pyarrow.parquet as pq
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.postgres import url_as
from services.renderer import handlers as renderer
from services.renderer.formats import formats
from services.renderer.isolation.pool import RenderPool
from services.renderer.making import FileMaker
from shared.blobs import blob_store
from shared.runs import Run
from shared.settings import ServiceSettings
from shared.stage import RENDER, StageWorker
from shared.store.engine import Store
from tests.aggregating import aggregate
from tests.pipeline import Pipeline
from tests.studio import studio
from tests.tenants import Tenant

JOBS, LIMIT, SHOWN = 13_000, 12_000, 10_000
COLUMNS = ["job_id", "worker", "finished_at", "gpu_milliseconds"]
_MANY_JOBS = f"""
INSERT INTO studio.generation_jobs
       (id, scene_id, status, attempt, queued_at, started_at, finished_at, gpu_milliseconds)
SELECT 90000000 + n, (SELECT min(id) FROM studio.scenes), 'succeeded', 1, at, at,
       at + interval '1.000001 seconds', nullif(n % 7, 0)
  FROM generate_series(1, {JOBS}) n,
       LATERAL (SELECT timestamptz '2026-10-01 00:00+00' + n * interval '1 minute' AS at) _
"""


@pytest.fixture(scope="module")
def reader_url(infra: LocalInfrastructure) -> Iterator[str]:
    async def add_jobs(url: str) -> None:
        connection = await asyncpg.connect(url)
        await connection.execute("DELETE FROM studio.qa_checks")
        await connection.execute("DELETE FROM studio.generation_jobs")
        await connection.execute(_MANY_JOBS)
        await connection.close()

    with studio(infra, scale=0.02, seed=3, until=date(2026, 11, 20)) as url:
        asyncio.run(add_jobs(url))
        yield url_as(url, "studio_reader", infra.places.secret("studio"))


async def test_every_format_tells_the_same_rows_and_how_many_there_were(
    reader_url: str,
    store: Store,
    settings: ServiceSettings,
    admin: AsyncEngine,
    tenant: Tenant,
    infra: LocalInfrastructure,
) -> None:
    pipeline = Pipeline(tenant, store, admin, Path(infra.places.blobs))
    blobs = blob_store(settings)
    run_id = await pipeline.request(
        report_type="generation_jobs",
        formats=["html", "csv", "ndjson", "json", "parquet"],
        parameters={"limit": LIMIT, "columns": COLUMNS},
    )
    await aggregate(pipeline, run_id, reader_url, store, settings)
    pool = RenderPool(1, cpu_limit_s=120, memory_limit_bytes=1 << 30, recycle_after=9)
    await renderer.on_report_aggregated(
        Run.of(await pipeline.run(run_id)).aggregated(),
        worker=StageWorker(
            *(RENDER, store, settings),
            service=renderer.SERVICE,
            owner="tests",
            also_read=renderer.ALSO_READ,
        ),
        store=store,
        maker=FileMaker(blobs, formats, pool),
        most_attempts=settings.max_attempts,
    )
    await pool.close()

    await pipeline.assert_made_once(run_id)
    run = await pipeline.run(run_id)
    assert (run["snapshot_rows"], run["snapshot_available_rows"]) == (LIMIT, JOBS)
    artifacts = await pipeline.artifacts(run_id)
    files = {name: await blobs.get(row["blob_key"]) for name, row in artifacts.items()}
    assert all(row["rendered_at"] for row in artifacts.values())
    assert artifacts["html"]["rows"] == SHOWN
    assert f"first {SHOWN:,} of {JOBS:,} rows" in files["html"].decode()
    for name in ("csv", "ndjson", "json", "parquet"):
        assert artifacts[name]["rows"] == LIMIT
    assert f"first-{LIMIT}-of-{JOBS}-rows.csv" in artifacts["csv"]["file_name"]

    header, *records = csv.reader(io.StringIO(files["csv"].decode()))
    lines = [json.loads(line) for line in files["ndjson"].splitlines()]
    (table,) = json.loads(files["json"])["sections"][0]["tables"]
    rows = pq.read_table(io.BytesIO(files["parquet"])).to_pylist()
    assert header == COLUMNS
    assert [job for job, *_ in records] == [str(90_000_001 + n) for n in range(LIMIT)]
    assert [[line[name] for name in COLUMNS] for line in lines] == table["rows"]
    assert table["rows"] == [
        [job, worker or None, at, int(gpu) if gpu else None] for job, worker, at, gpu in records
    ]
    assert (table["available_rows"], table["total"]) == (JOBS, None)
    assert records[0][2] == "2026-10-01T00:01:01.000001+00:00"
    assert [datetime.fromisoformat(record[2]) for record in records] == [
        row["finished_at"].astimezone(UTC) for row in rows
    ]
