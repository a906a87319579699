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
from services.aggregator.scope.dimensions import Dimension, grouped_by
from services.aggregator.scope.scope import Scope
from services.aggregator.scope.selection import SceneSelection
from services.aggregator.sources import SourceSession

# Jobs have their ids in the order in which they were asked for.
_FIRST = """
SELECT (SELECT min(delivered_at) FROM characters) AS first_delivery,
       (SELECT queued_at FROM generation_jobs ORDER BY id LIMIT 1) AS first_job
"""

# $1, $2 and $3: projects, scene types and tiers asked for, empty for all. $4: Scope.starts;
# $5 and $6: from the period before up to the end of what is counted; $7: the as-of time, later
# than which no job has finished; $8: when the first job was asked for; $9: how many of the
# dearest. Jobs that have not finished have used no time that is known.
_COST = """
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
    -- Character by character: time then grows with what was delivered, not with all jobs.
    SELECT d.*, d.position > 1 AS is_now, w.jobs, coalesce(w.gpu, 0) AS gpu,
           coalesce(w.repeated, 0) AS repeated, coalesce(w.workers, 0) AS workers
      FROM delivered d
     CROSS JOIN LATERAL (
           SELECT count(*) AS jobs, sum(j.gpu_milliseconds)::bigint AS gpu,
                  sum(j.gpu_milliseconds) FILTER (WHERE j.attempt > 1)::bigint AS repeated,
                  floor(extract(epoch FROM sum(j.finished_at - j.started_at)) * 1000)::bigint
                      AS workers
             FROM generation_jobs j
            WHERE j.character_id = d.id AND j.finished_at < $7) w
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
    rows = await source.fetch(
        _COST,
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
        group, cost = grouped_by(row), _cost(row)
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
    )


def _cost(row: Mapping[str, Any]) -> Cost:
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
