"""A million rows of eight columns, from the source to the finished file; beside psql's `\\copy`."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.broadsheet import Broadsheet
from benchmarks.figures import megabytes, table
from benchmarks.http_client import Connection
from benchmarks.usage import PeakMemory, cpu_seconds, difference
from deploy.demo import load
from deploy.local.postgres import binaries

ROWS_PER_SCALE = 100_000
"""Jobs that the demo studio has finished at scale 1, and a few more."""
DAYS = 400
FORMATS = {"csv": 3.0, "ndjson": 4.0, "parquet": 3.0, "json": None, "xlsx": None}
"""What is measured, with the aim: so many times the wall time of `\\copy`."""
COLUMNS = (
    *("job_id", "project", "scene_type", "resolution_tier"),
    *("worker", "status", "finished_at", "gpu_milliseconds"),
)
# The very rows of the report, without what Broadsheet reckons besides.
_SELECT = """
SELECT j.id AS job_id, p.name AS project, s.scene_type, s.resolution_tier, w.name AS worker,
       j.status, j.finished_at, j.gpu_milliseconds
  FROM studio.generation_jobs j
  LEFT JOIN studio.scenes s ON s.id = j.scene_id
  LEFT JOIN studio.projects p ON p.id = s.project_id
  LEFT JOIN studio.workers w ON w.id = j.worker_id
 WHERE j.finished_at IS NOT NULL
 ORDER BY j.finished_at, j.id
 LIMIT {limit}
"""
_RUN = """
SELECT status, error->>'message' AS message, snapshot_rows AS rows,
       extract(epoch FROM completed_at - created_at)::float8 AS seconds,
       (SELECT size FROM artifacts WHERE run_id = runs.id) AS size
  FROM runs WHERE id = $1
"""


@dataclass
class Export:
    """What one format took, turn by turn."""

    name: str
    seconds: list[float] = field(default_factory=list)
    """From the request to the finished file; for `\\copy` its wall time."""
    copy_seconds: list[float] = field(default_factory=list)
    """Of the `\\copy` just before."""
    cpu_seconds: list[float] = field(default_factory=list)
    """Of the five services."""
    rows: int = 0
    size: int = 0
    peak_bytes: dict[str, int] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """Times as long as `\\copy`: the median of the turns."""
        pairs = zip(self.seconds, self.copy_seconds, strict=True)
        return statistics.median(ours / copy for ours, copy in pairs)


def measure(broadsheet: Broadsheet, turns: int, scale: int) -> list[Export]:
    """At scale 10, a million rows, the studio is loaded anew, which takes half a minute."""
    if scale != 1:
        load(broadsheet.stack.infrastructure.admin_database_url, scale=scale, seed=1)
    rows = scale * ROWS_PER_SCALE
    asyncio.run(_export(broadsheet, "csv", rows))  # Arrow loaded, and the tables in memory
    found = []
    for name in FORMATS:
        export = Export(name)
        with PeakMemory(broadsheet.services) as peak:
            for _ in range(turns):
                export.copy_seconds.append(_copy(broadsheet, rows))
                before = cpu_seconds(broadsheet.services())
                run = asyncio.run(_export(broadsheet, name, rows))
                used = difference(before, cpu_seconds(broadsheet.services()))
                export.cpu_seconds.append(sum(used.values()))
                export.seconds.append(run["seconds"])
                export.rows, export.size = run["rows"], run["size"]
        export.peak_bytes = peak.bytes
        found.append(export)
    return found


def report(exports: list[Export]) -> str:
    """For people."""
    median = statistics.median
    rows = [
        [
            export.name,
            f"{export.rows:,}",
            megabytes(export.size),
            f"{median(export.seconds):.1f} s",
            f"{median(export.copy_seconds):.1f} s",
            f"{export.ratio:.1f}",
            "–" if (aim := FORMATS[export.name]) is None else f"{aim:g}",
            f"{median(export.cpu_seconds):.1f} s",
            megabytes(export.peak_bytes["aggregator"]),
            megabytes(export.peak_bytes["renderer"]),
        ]
        for export in exports
    ]
    header = ["format", "rows", "size", "request to file", r"`\copy`", "ratio", "aim",
              "CPU of the services", "peak, aggregator", "peak, renderer"]  # fmt: skip
    return table("Exports of eight columns", header, rows)


def _copy(broadsheet: Broadsheet, rows: int) -> float:
    """Seconds of wall time until psql has written the same rows to a file."""
    query = " ".join(_SELECT.format(limit=rows).split())
    with tempfile.TemporaryDirectory(dir=broadsheet.stack.places.state_dir) as folder:
        file = Path(folder, "rows.csv")
        began = time.monotonic()
        subprocess.run(
            [
                *(binaries() / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"),
                *("-d", broadsheet.stack.infrastructure.admin_database_url),
                *("-c", rf"\copy ({query}) TO '{file}' WITH (FORMAT csv, HEADER)"),
            ],
            check=True,
            env={"PATH": os.environ["PATH"], "PGTZ": "UTC"},
        )
        return time.monotonic() - began


async def _export(broadsheet: Broadsheet, name: str, rows: int) -> asyncpg.Record:
    """Ask for the report in that format, and wait for it; RuntimeError when it fails."""
    today = broadsheet.today
    body: dict[str, Any] = {
        "type": "generation_jobs",
        "formats": [name],
        "period": {"from": (today - timedelta(days=DAYS)).isoformat(), "to": today.isoformat()},
        "parameters": {"columns": COLUMNS, "limit": rows},
        "fresh": True,  # each is read from the source, none shares another's snapshot
    }
    token = broadsheet.stack.token(sub="exports", role="admin")
    async with Connection(broadsheet.stack.api_url, token) as connection:
        answer = await connection.post("/api/v1/reports", body)
    if answer.status != 202:
        raise RuntimeError(f"the export was refused: {answer.body!r}")
    store = await asyncpg.connect(broadsheet.stack.infrastructure.admin_database_url)
    try:
        while True:
            run = await store.fetchrow(_RUN, answer.json()["id"])
            if run["status"] == "completed":
                return run
            if run["status"] == "failed":
                raise RuntimeError(f"the export failed: {run['message']}")
            await asyncio.sleep(0.1)
    finally:
        await store.close()
