"""Cost as the source tells it; its answers do not grow with characters or jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.aggregator.report_types.cost_per_character.figures import (
    DEAREST,
    Character,
    Cost,
    Figures,
)
from services.aggregator.report_types.cost_per_character.rate import Rate
from services.aggregator.rollups.coverage import Division, Rollups, literals, rollups_for
from services.aggregator.scope.dimensions import Dimension, grouped_by
from services.aggregator.scope.scope import Scope
from services.aggregator.scope.selection import SceneSelection
from services.aggregator.sources import SourceSession

_JOBS = "generation_jobs"

# Jobs have their ids in the order in which they were asked for.
_FIRST = """
SELECT (SELECT min(delivered_at) FROM characters) AS first_delivery,
       (SELECT queued_at FROM generation_jobs ORDER BY id LIMIT 1) AS first_job
"""

# What one delivered character `d` has cost. Jobs that have not finished have used no time that is
# known; $7 is the as-of time, later than which none has.
_OF_ROWS = """
SELECT count(*) AS jobs, sum(j.gpu_milliseconds)::bigint AS gpu,
       sum(j.gpu_milliseconds) FILTER (WHERE j.attempt > 1)::bigint AS repeated,
       floor(extract(epoch FROM sum(j.finished_at - j.started_at)) * 1000)::bigint AS workers
  FROM generation_jobs j
 WHERE j.character_id = d.id AND j.finished_at < $7
"""


def _of_rows_and_rollups(division: Division, rollups: Rollups) -> str:
    """The same where the days of the division are added up already; the others are few.

    What was added up of days that have changed since is taken off again.
    """
    schema = rollups.schema
    return f"""
 LEFT JOIN {schema}.character_totals kept ON kept.character_id = d.id
 LEFT JOIN (
      SELECT character_id, sum(jobs)::bigint AS jobs, sum(gpu)::bigint AS gpu,
             sum(repeated)::bigint AS repeated, sum(workers)::bigint AS workers
        FROM {schema}.character_days
       WHERE day = ANY ({literals(rollups.changed.get(_JOBS, ()))})
       GROUP BY 1) old ON old.character_id = d.id
 LEFT JOIN (
      SELECT character_id, count(*) AS jobs, sum(gpu_milliseconds)::bigint AS gpu,
             (sum(gpu_milliseconds) FILTER (WHERE attempt > 1))::bigint AS repeated,
             (extract(epoch FROM sum(finished_at - started_at)) * 1000000)::bigint AS workers
        FROM generation_jobs
       WHERE finished_at < $7 AND character_id IS NOT NULL AND {division.is_raw("finished_at")}
       GROUP BY 1) fresh ON fresh.character_id = d.id
CROSS JOIN LATERAL (
      SELECT coalesce(kept.jobs, 0) - coalesce(old.jobs, 0) + coalesce(fresh.jobs, 0) AS jobs,
             coalesce(kept.gpu, 0) - coalesce(old.gpu, 0) + coalesce(fresh.gpu, 0) AS gpu,
             coalesce(kept.repeated, 0) - coalesce(old.repeated, 0) + coalesce(fresh.repeated, 0)
                 AS repeated,
             (coalesce(kept.workers, 0) - coalesce(old.workers, 0) + coalesce(fresh.workers, 0))
                 / 1000 AS workers) w
"""


def _cost(division: Division, rollups: Rollups) -> str:
    """$1, $2 and $3: projects, scene types and tiers asked for, empty for all. $4: Scope.starts;
    $5 and $6: from the period before up to the end of what is counted; $8: when the first job was
    asked for; $9: how many of the dearest.
    """
    spent = (
        _of_rows_and_rollups(division, rollups)
        if division.rolled
        # Character by character: time then grows with what was delivered, not with all jobs.
        else f"CROSS JOIN LATERAL ({_OF_ROWS}) w"
    )
    return f"""
WITH delivered AS (
    SELECT c.id, p.name AS project, c.scene_type, c.resolution_tier,
           width_bucket(c.delivered_at, $4::timestamptz[]) AS position,
           c.onboarded_at < $8::timestamptz AS is_cut_short,
           floor(extract(epoch FROM c.delivered_at - c.onboarded_at) * 1000)::bigint
               AS to_delivery
      FROM characters c
      JOIN projects p ON p.id = c.project_id
     WHERE c.delivered_at >= $5 AND c.delivered_at < $6
       AND (cardinality($1::text[]) = 0 OR p.name = ANY ($1))
       AND (cardinality($2::text[]) = 0 OR c.scene_type = ANY ($2))
       AND (cardinality($3::text[]) = 0 OR c.resolution_tier = ANY ($3))
), spent AS (
    SELECT d.*, d.position > 1 AS is_now, w.jobs, coalesce(w.gpu, 0) AS gpu,
           coalesce(w.repeated, 0) AS repeated, coalesce(w.workers, 0) AS workers
      FROM delivered d
      {spent}
)
SELECT GROUPING(position, project, scene_type, resolution_tier) AS grouping,
       is_now, position, coalesce(project, scene_type, resolution_tier) AS name,
       count(*) AS number, sum(gpu)::bigint AS gpu, sum(repeated)::bigint AS repeated,
       sum(workers)::bigint AS workers, sum(to_delivery)::bigint AS to_delivery,
       count(*) FILTER (WHERE jobs = 0) AS without_jobs,
       count(*) FILTER (WHERE is_cut_short) AS cut_short,
       (array_agg(id ORDER BY gpu DESC, id))[1:$9::integer] AS dearest
  FROM spent
 GROUP BY GROUPING SETS ((is_now), (is_now, position), (is_now, project),
                         (is_now, scene_type), (is_now, resolution_tier))
"""


# $1: characters; $2: the as-of time.
_DEAREST = """
SELECT c.id, c.name, p.name AS project, c.scene_type, c.resolution_tier, c.delivered_at,
       count(j.id) AS jobs, coalesce(sum(j.gpu_milliseconds), 0)::bigint AS gpu
  FROM characters c
  JOIN projects p ON p.id = c.project_id
  LEFT JOIN generation_jobs j ON j.character_id = c.id AND j.finished_at < $2
 WHERE c.id = ANY ($1::bigint[])
 GROUP BY 1, 2, 3, 4, 5, 6
 ORDER BY gpu DESC, c.id
"""


async def read(
    source: SourceSession, scope: Scope, selection: SceneSelection, rate: Rate | None
) -> Figures:
    """Everything the document needs."""
    (first,) = await source.fetch(_FIRST)
    starts = scope.starts
    rollups = await rollups_for(source, scope.period)
    rows = await source.fetch(
        _cost(rollups.everything(_JOBS, scope.as_of), rollups),
        selection.projects,
        selection.scene_types,
        selection.resolution_tiers,
        starts,
        starts[0],
        scope.progress.ends_at,
        scope.as_of,
        first["first_job"],
        DEAREST,
    )
    now: dict[bool, Cost] = {}
    by: dict[bool, dict[Dimension, dict[str, Cost]]] = {True: {}, False: {}}
    over_time: dict[str, Cost] = {}
    dearest: list[int] = []
    for row in rows:
        group, cost = grouped_by(row), _cost_of(row)
        if isinstance(group, Dimension):
            by[row["is_now"]].setdefault(group, {})[row["name"]] = cost
        elif group == "whole":
            now[row["is_now"]] = cost
            dearest = row["dearest"] if row["is_now"] else dearest
        elif (key := scope.key_at(row["position"])) is not None:
            over_time[key] = cost
    characters = await source.fetch(_DEAREST, dearest, scope.as_of)
    return Figures(
        scope=scope,
        rate=rate,
        now=now.get(True),
        before=now.get(False),
        now_by=by[True],
        before_by=by[False],
        over_time=over_time,
        first_delivery=first["first_delivery"],
        first_job=first["first_job"],
        dearest=tuple(_character(row) for row in characters),
        compared_at=rollups.compared_at,
    )


def _cost_of(row: Mapping[str, Any]) -> Cost:
    return Cost(
        count=row["number"],
        gpu=row["gpu"],
        repeated=row["repeated"],
        workers=row["workers"],
        to_delivery=row["to_delivery"],
        without_jobs=row["without_jobs"],
        cut_short=row["cut_short"],
    )


def _character(row: Mapping[str, Any]) -> Character:
    return Character(
        name=row["name"],
        project=row["project"],
        scene_type=row["scene_type"],
        resolution_tier=row["resolution_tier"],
        delivered_at=row["delivered_at"],
        jobs=row["jobs"],
        gpu=row["gpu"],
    )
