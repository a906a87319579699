"""The queries of a GPU report, and its figures from their answers.

Ranges of the index on `finished_at` and, for the jobs over the period's end, one look-up
per worker: what is read grows with the two periods, not with the data before and after them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from services.aggregator.report_types.gpu_utilization.figures import (
    Figures,
    GpuTime,
    Kind,
    Worker,
    WorkTime,
)
from services.aggregator.report_types.gpu_utilization.hours import (
    LocalHour,
    covered,
    local_hours,
    milliseconds,
    steps_of,
    whole_milliseconds,
)
from services.aggregator.scope.filters import filters_of
from services.aggregator.scope.grain import Grain, buckets, grain_for
from services.aggregator.scope.progress import Progress
from services.aggregator.scope.selection import SceneSelection
from services.aggregator.sources import SourceSession
from shared.periods import Period, local_midnight

# $1 is the first instant of the period. Jobs are first added up by scene: there are far fewer,
# and only then is anything looked up for them.
_BY_KIND = """
WITH of_scenes AS (
    SELECT j.scene_id, j.finished_at < $1 AS before, sum(j.gpu_milliseconds)::bigint AS gpu,
           count(*) FILTER (WHERE j.status <> 'cancelled') AS jobs,
           (sum(j.gpu_milliseconds) FILTER (WHERE j.status = 'failed'))::bigint AS failed_gpu,
           count(*) FILTER (WHERE j.status = 'failed') AS failed_jobs,
           count(*) FILTER (WHERE j.status = 'cancelled') AS cancelled
      FROM generation_jobs j
     WHERE j.finished_at >= $2 AND j.finished_at < $3
     GROUP BY 1, 2
)
SELECT p.name AS project, k.*
  FROM (SELECT s.project_id, s.scene_type, s.resolution_tier, o.before,
               sum(o.gpu)::bigint AS gpu, sum(o.jobs)::bigint AS jobs,
               sum(o.failed_gpu)::bigint AS failed_gpu,
               sum(o.failed_jobs)::bigint AS failed_jobs, sum(o.cancelled)::bigint AS cancelled
          FROM of_scenes o
          JOIN scenes s ON s.id = o.scene_id
         WHERE (cardinality($4::text[]) = 0
                OR s.project_id IN (SELECT id FROM projects WHERE name = ANY ($4)))
           AND (cardinality($5::text[]) = 0 OR s.scene_type = ANY ($5))
           AND (cardinality($6::text[]) = 0 OR s.resolution_tier = ANY ($6))
         GROUP BY 1, 2, 3, 4) k
  JOIN projects p ON p.id = k.project_id
"""

# $1 holds the first instants of all buckets; the source answers with a position in that list.
_BY_BUCKET = """
SELECT p.name AS project, b.position, b.gpu
  FROM (SELECT s.project_id, width_bucket(j.finished_at, $1::timestamptz[]) AS position,
               sum(j.gpu_milliseconds)::bigint AS gpu
          FROM generation_jobs j
          JOIN scenes s ON s.id = j.scene_id
         WHERE j.finished_at >= $2 AND j.finished_at < $3
           AND (cardinality($4::text[]) = 0
                OR s.project_id IN (SELECT id FROM projects WHERE name = ANY ($4)))
           AND (cardinality($5::text[]) = 0 OR s.scene_type = ANY ($5))
           AND (cardinality($6::text[]) = 0 OR s.resolution_tier = ANY ($6))
         GROUP BY 1, 2) b
  JOIN projects p ON p.id = b.project_id
 WHERE b.gpu > 0
"""

# What each job took of a worker's time up to $3: jobs that finished in [$1, $3), and for each
# worker the job it had at $3. That is the last it began before, for it has one at a time; one
# that never ended although others began after it is not looked for. Without filters every span is
# selected whatever its scene, and the source leaves out the join.
_SPANS = """
WITH spans AS (
    SELECT j.worker_id, j.scene_id, j.status, j.gpu_milliseconds, true AS finished,
           j.started_at, j.finished_at AS ended_at
      FROM generation_jobs j
     WHERE j.finished_at >= $1 AND j.finished_at < $3 AND j.started_at IS NOT NULL
    UNION ALL
    SELECT w.id, l.scene_id, 'running', 0, false, l.started_at, $3
      FROM workers w
     CROSS JOIN LATERAL (SELECT j.scene_id, j.started_at, j.finished_at
                           FROM generation_jobs j
                          WHERE j.worker_id = w.id AND j.started_at < $3
                          ORDER BY j.started_at DESC, j.finished_at DESC
                          LIMIT 1) l
     WHERE l.finished_at IS NULL OR l.finished_at >= $3
), marked AS (
    SELECT spans.*, cardinality($4::text[]) + cardinality($5::text[]) + cardinality($6::text[]) = 0
                    OR s.id IS NOT NULL AS selected
      FROM spans
      LEFT JOIN scenes s
        ON s.id = spans.scene_id
       AND (cardinality($4::text[]) = 0
            OR s.project_id IN (SELECT id FROM projects WHERE name = ANY ($4)))
       AND (cardinality($5::text[]) = 0 OR s.scene_type = ANY ($5))
       AND (cardinality($6::text[]) = 0 OR s.resolution_tier = ANY ($6))
)
"""

# $2 is the first instant of the period, $1 that of the one before.
_BY_WORKER = "\n".join(
    (
        _SPANS,
        """
SELECT worker_id, selected,
       (extract(epoch FROM sum(greatest(ended_at - greatest(started_at, $2), interval '0')))
        * 1000)::bigint AS active,
       (extract(epoch FROM sum(greatest(least(ended_at, $2) - greatest(started_at, $1),
                                        interval '0'))) * 1000)::bigint AS active_before,
       (sum(gpu_milliseconds) FILTER (WHERE finished AND ended_at >= $2))::bigint AS gpu,
       count(*) FILTER (WHERE finished AND ended_at >= $2 AND status <> 'cancelled') AS jobs,
       (sum(gpu_milliseconds)
        FILTER (WHERE finished AND ended_at >= $2 AND status = 'failed'))::bigint AS failed_gpu,
       count(*) FILTER (WHERE finished AND ended_at >= $2 AND status = 'failed') AS failed_jobs,
       count(*) FILTER (WHERE NOT finished) AS running
  FROM marked
 GROUP BY 1, 2
""",
    )
)

# The beginnings and ends of the spans from $1 on, counted and added up between the edges in $2.
_STEPS = "\n".join(
    (
        _SPANS,
        """
SELECT selected, width_bucket(at, $2::timestamptz[]) AS position,
       (count(*) FILTER (WHERE begins) - count(*) FILTER (WHERE NOT begins))::bigint AS number,
       ((coalesce(extract(epoch FROM sum(at - $1) FILTER (WHERE begins)), 0)
         - coalesce(extract(epoch FROM sum(at - $1) FILTER (WHERE NOT begins)), 0))
        * 1000)::bigint AS total
  FROM (SELECT selected, greatest(started_at, $1) AS at, true AS begins FROM marked
        UNION ALL
        SELECT selected, ended_at, false FROM marked) steps
 GROUP BY 1, 2
""",
    )
)

_WORKERS = """
SELECT id, name, gpu_model, registered_at, retired_at,
       (SELECT min(finished_at) FROM generation_jobs WHERE started_at IS NOT NULL) AS first_finish
  FROM workers
 ORDER BY name, id
"""


async def read_figures(
    source: SourceSession, period: Period, wanted: SceneSelection, grain: Grain
) -> Figures:
    """Five queries of figures; the answers grow with projects, workers and hours, not jobs."""
    grain = grain_for(grain, period.days)
    cut = buckets(period, grain)
    # To the millisecond, as all instants of the source: what runs now is active up to here.
    progress = Progress(period, whole_milliseconds(source.as_of))
    starts_at, ends_at = progress.starts_at, progress.ends_at
    before_at = min(period.previous.starts_at, starts_at)
    names = (wanted.projects, wanted.scene_types, wanted.resolution_tiers)

    starts = [local_midnight(bucket.first_day, period.timezone) for bucket in cut]
    gpu_rows = await source.fetch(_BY_KIND, starts_at, before_at, ends_at, *names)
    bucket_rows = await source.fetch(_BY_BUCKET, starts, starts_at, ends_at, *names)
    worker_rows = await source.fetch(_WORKERS)
    active_rows = await source.fetch(_BY_WORKER, before_at, starts_at, ends_at, *names)
    hours = local_hours(starts_at, ends_at, period.timezone)
    edges = [*(hour.starts_at for hour in hours), ends_at]
    step_rows = await source.fetch(_STEPS, starts_at, edges, ends_at, *names) if hours else []

    active = {(row["worker_id"], row["selected"]): row for row in active_rows}
    works = _by_hour(edges, step_rows, worker_rows)
    found = tuple(zip(hours, works, strict=True))
    return Figures(
        period=period,
        as_of=source.as_of,
        grain=grain,
        buckets=cut,
        filters=await filters_of(source, wanted),
        gpu=_by_kind(gpu_rows, before=False),
        gpu_before=_by_kind(gpu_rows, before=True),
        gpu_over_time={
            (row["project"], cut[row["position"] - 1].key): row["gpu"] for row in bucket_rows
        },
        workers=_workers(worker_rows, active, (before_at, starts_at, ends_at)),
        hours=found,
        work_over_time=_by_bucket(found, [bucket.key for bucket in cut], starts),
        cancelled=sum(row["cancelled"] for row in gpu_rows if not row["before"]),
        running=sum(row["running"] for row in active_rows if row["selected"]),
        first_finish=worker_rows[0]["first_finish"] if worker_rows else None,
    )


def _by_kind(rows: Sequence[Mapping[str, Any]], *, before: bool) -> dict[Kind, GpuTime]:
    return {
        Kind(row["project"], row["scene_type"], row["resolution_tier"]): time
        for row in rows
        if row["before"] is before and (time := _gpu_time(row)) != GpuTime()
    }


def _gpu_time(row: Mapping[str, Any]) -> GpuTime:
    return GpuTime(row["gpu"] or 0, row["jobs"], row["failed_gpu"] or 0, row["failed_jobs"])


def _workers(
    rows: Sequence[Mapping[str, Any]],
    active: Mapping[tuple[int, bool], Mapping[str, Any]],
    instants: tuple[datetime, datetime, datetime],
) -> tuple[Worker, ...]:
    """Those with any time or job, by name; `instants`: both beginnings and the end."""
    before_at, starts_at, ends_at = instants
    found: list[Worker] = []
    taken: set[str] = set()
    for row in rows:
        mine, others = active.get((row["id"], True)), active.get((row["id"], False))
        work, work_before = (
            WorkTime(
                _overlap(row["registered_at"], row["retired_at"] or ends_at, *within),
                mine[column] if mine else 0,
                others[column] if others else 0,
            )
            for within, column in (
                ((starts_at, ends_at), "active"),
                ((before_at, starts_at), "active_before"),
            )
        )
        gpu = _gpu_time(mine) if mine else GpuTime()
        if work == WorkTime() == work_before and gpu == GpuTime():
            continue
        name = row["name"] if row["name"] not in taken else f"{row['name']} ({row['id']})"
        taken.add(name)
        found.append(Worker(name, row["gpu_model"], work, work_before, gpu))
    return tuple(found)


def _overlap(begin: datetime, end: datetime, first: datetime, after: datetime) -> int:
    """Milliseconds of [begin, end) that lie in [first, after)."""
    return max(0, milliseconds(min(end, after) - max(begin, first)))


def _by_hour(
    edges: Sequence[datetime],
    steps: Sequence[Mapping[str, Any]],
    workers: Sequence[Mapping[str, Any]],
) -> list[WorkTime]:
    """For each two neighbouring edges, of all workers together."""
    origin, end = edges[0], edges[-1]
    relative = [milliseconds(edge - origin) for edge in edges]
    services = [
        (
            milliseconds(row["registered_at"] - origin),
            milliseconds((row["retired_at"] or end) - origin),
        )
        for row in workers
    ]
    by_selection: dict[bool, dict[int, tuple[int, int]]] = {True: {}, False: {}}
    for row in steps:
        by_selection[row["selected"]][row["position"]] = row["number"], row["total"]
    return [
        WorkTime(*times)
        for times in zip(
            covered(relative, steps_of(relative, services)),
            covered(relative, by_selection[True]),
            covered(relative, by_selection[False]),
            strict=True,
        )
    ]


def _by_bucket(
    hours: Sequence[tuple[LocalHour, WorkTime]], keys: Sequence[str], starts: Sequence[datetime]
) -> dict[str, WorkTime]:
    """Every bucket begins with an hour: at a midnight, or where the clocks jump over it."""
    found = dict.fromkeys(keys, WorkTime())
    bounds = [*pairwise([*starts, None])]
    index = 0
    for hour, work in hours:
        while (after := bounds[index][1]) is not None and hour.starts_at >= after:
            index += 1
        found[keys[index]] += work
    return found
