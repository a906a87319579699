"""What is asked of the source, and the figures that its answers are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.aggregator.report_types.generation_jobs import table
from services.aggregator.report_types.generation_jobs.figures import Figures, Tally
from services.aggregator.report_types.streamed_table import Query
from services.aggregator.scope.filters import asked_for
from services.aggregator.scope.progress import Progress
from services.aggregator.sources import SourceSession
from shared.document import Column, Table
from shared.periods import Period

HELD_ROWS = 10_000
"""A longer list is streamed past the document; so many take 3 MB in it."""

# $1 to $2 are the instants, $3 to $6 the filters; an empty one lets everything pass. Outer joins:
# where nothing is asked of the scene, Postgres sees that it need not look it up at all.
_SELECTED = """
  FROM generation_jobs j
  LEFT JOIN scenes s ON s.id = j.scene_id
  LEFT JOIN projects p ON p.id = s.project_id
  LEFT JOIN workers w ON w.id = j.worker_id
 WHERE (cardinality($3::text[]) = 0 OR p.name = ANY ($3))
   AND (cardinality($4::text[]) = 0 OR s.scene_type = ANY ($4))
   AND (cardinality($5::text[]) = 0 OR s.resolution_tier = ANY ($5))
   AND (cardinality($6::text[]) = 0 OR w.name = ANY ($6))
"""

# $8 is the first instant that counts as now; what is before it is the previous period.
_TALLIES = f"""
SELECT w.name AS worker, j.finished_at >= $8 AS now,
       count(*) FILTER (WHERE j.status = 'succeeded') AS succeeded,
       count(*) FILTER (WHERE j.status = 'failed') AS failed,
       count(*) FILTER (WHERE j.status = 'cancelled') AS cancelled,
       count(*) FILTER (WHERE j.attempt > 1) AS repeated,
       coalesce(sum(j.gpu_milliseconds), 0)::bigint AS gpu_milliseconds
{_SELECTED}
   AND j.finished_at >= $1 AND j.finished_at < $2
   AND (cardinality($7::text[]) = 0 OR j.status = ANY ($7))
 GROUP BY 1, 2
"""

# Queued before $1 and not finished at $2; with what the source says about all of its jobs.
_AROUND = f"""
SELECT count(*) AS unfinished,
       (SELECT min(finished_at) FROM generation_jobs) AS first_finish
{_SELECTED}
   AND j.queued_at < $1 AND (j.finished_at IS NULL OR j.finished_at >= $2)
"""  # of constants

OF_JOBS = """
  FROM generation_jobs j
  LEFT JOIN scenes s ON s.id = j.scene_id
  LEFT JOIN projects p ON p.id = s.project_id
  LEFT JOIN workers w ON w.id = j.worker_id
 WHERE j.finished_at >= $1 AND j.finished_at < $2
"""
"""Those that finished within a time."""
FILTERED_BY = {
    "projects": "p.name",
    "scene_types": "s.scene_type",
    "resolution_tiers": "s.resolution_tier",
    "workers": "w.name",
    "statuses": "j.status",
}

# By the names of the table's columns.
_VALUES = {
    "job_id": "j.id",
    "scene_id": "j.scene_id",
    "character_id": "j.character_id",
    "project": "p.name",
    "scene_type": "s.scene_type",
    "resolution_tier": "s.resolution_tier",
    "worker": "w.name",
    "status": "j.status",
    "attempt": "j.attempt",
    "queued_at": "j.queued_at",
    "started_at": "j.started_at",
    "finished_at": "j.finished_at",
    "gpu_milliseconds": "j.gpu_milliseconds",
}


@dataclass(frozen=True)
class Wanted:
    """What was asked for."""

    projects: tuple[str, ...]
    scene_types: tuple[str, ...]
    resolution_tiers: tuple[str, ...]
    workers: tuple[str, ...]
    statuses: tuple[str, ...]
    columns: tuple[str, ...]
    limit: int | None


async def read(source: SourceSession, period: Period, wanted: Wanted) -> Figures:
    """The figures; a list that is too long to hold is described by its query."""
    progress = Progress(period, source.as_of)
    names = (wanted.projects, wanted.scene_types, wanted.resolution_tiers, wanted.workers)
    begin, end = period.starts_at, progress.ends_at
    tallies = await source.fetch(
        _TALLIES, period.previous.starts_at, end, *names, wanted.statuses, begin
    )
    (around,) = await source.fetch(_AROUND, end, source.as_of, *names)
    workers = {row["worker"]: _tally(row) for row in tallies if row["now"]}
    found = sum(tally.finished for tally in workers.values())
    query = _rows(
        table.columns(wanted.columns), (begin, end, *names, wanted.statuses, wanted.limit)
    )
    return Figures(
        progress=progress,
        workers=workers,
        previous=sum((_tally(row) for row in tallies if not row["now"]), Tally()),
        table=await _table(source, query, wanted, found, period.timezone),
        unfinished=around["unfinished"],
        first_finish=around["first_finish"],
        filters=(
            await asked_for(source, "project", wanted.projects, "name", "projects"),
            await asked_for(source, "scene type", wanted.scene_types, "scene_type", "scenes"),
            await asked_for(
                *(source, "resolution tier", wanted.resolution_tiers),
                *("resolution_tier", "scenes"),
            ),
            await asked_for(source, "worker", wanted.workers, "name", "workers"),
        ),
        statuses=wanted.statuses,
    )


def _tally(row: Mapping[str, Any]) -> Tally:
    return Tally(**{name: row[name] for name in Tally.__dataclass_fields__})


def _rows(columns: Sequence[Column], arguments: tuple[object, ...]) -> Query:
    values = ", ".join(f"{_VALUES[column.name]} AS {column.name}" for column in columns)
    return Query(
        f"""
        SELECT {values}
        {_SELECTED}
           AND j.finished_at >= $1 AND j.finished_at < $2
           AND (cardinality($7::text[]) = 0 OR j.status = ANY ($7))
         ORDER BY j.finished_at, j.id
         LIMIT $8::bigint
        """,
        arguments,
    )


async def _table(
    source: SourceSession, query: Query, wanted: Wanted, found: int, timezone: str
) -> Table:
    columns = table.columns(wanted.columns)
    rows = found if wanted.limit is None else min(found, wanted.limit)
    if rows > HELD_ROWS:
        return table.streamed(query, rows, columns, found)
    jobs = await source.fetch(query.sql, *query.arguments) if rows else ()
    # A tenth of a second for so many, in which the process would answer nobody.
    return await asyncio.to_thread(table.held, jobs, columns, found, timezone)
