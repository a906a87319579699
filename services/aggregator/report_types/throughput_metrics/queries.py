"""Turnaround as the source tells it: five queries, whose answers do not grow with characters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.aggregator.report_types.throughput_metrics.figures import (
    LONGEST,
    Character,
    Figures,
    UnderWay,
)
from services.aggregator.scope.dimensions import Dimension, grouped_by
from services.aggregator.scope.scope import Scope
from services.aggregator.scope.selection import SceneSelection
from services.aggregator.sources import SourceSession
from services.aggregator.statistics.durations import NEIGHBOURS, Spread

# In all of them $1, $2 and $3 are the projects, scene types and tiers asked for; empty for all.

# $4: Scope.starts; $5 and $6: from the period before up to the end of what is counted.
_DELIVERED = f"""
WITH delivered AS (
    SELECT p.name AS project, c.scene_type, c.resolution_tier,
           width_bucket(c.delivered_at, $4::timestamptz[]) AS position,
           floor(extract(epoch FROM c.delivered_at - c.onboarded_at) * 1000)::bigint AS ms
      FROM characters c
      JOIN projects p ON p.id = c.project_id
     WHERE c.delivered_at >= $5 AND c.delivered_at < $6
       AND (cardinality($1::text[]) = 0 OR p.name = ANY ($1))
       AND (cardinality($2::text[]) = 0 OR c.scene_type = ANY ($2))
       AND (cardinality($3::text[]) = 0 OR c.resolution_tier = ANY ($3))
), placed AS (
    SELECT *, position > 1 AS is_now FROM delivered
), grouped AS (
    SELECT GROUPING(position, project, scene_type, resolution_tier) AS grouping,
           is_now, position, coalesce(project, scene_type, resolution_tier) AS name,
           count(*) AS number, sum(ms)::bigint AS total, array_agg(ms ORDER BY ms) AS sorted
      FROM placed
     GROUP BY GROUPING SETS ((is_now), (is_now, position), (is_now, project),
                             (is_now, scene_type), (is_now, resolution_tier))
)
SELECT grouping, is_now, position, name, number, total, {NEIGHBOURS}
  FROM grouped
"""

# $4 and $5: the instants of the period's end and beginning; $6: what counts as overdue, in ms.
_UNDER_WAY = f"""
WITH under_way AS (
    SELECT moment.is_end, p.name AS project,
           floor(extract(epoch FROM moment.instant - c.onboarded_at) * 1000)::bigint AS ms
      FROM (VALUES (true, $4::timestamptz), (false, $5::timestamptz)) AS moment (is_end, instant)
      JOIN characters c ON c.onboarded_at < moment.instant
                       AND (c.delivered_at IS NULL OR c.delivered_at >= moment.instant)
      JOIN projects p ON p.id = c.project_id
     WHERE (cardinality($1::text[]) = 0 OR p.name = ANY ($1))
       AND (cardinality($2::text[]) = 0 OR c.scene_type = ANY ($2))
       AND (cardinality($3::text[]) = 0 OR c.resolution_tier = ANY ($3))
), grouped AS (
    SELECT is_end, GROUPING(project) = 1 AS is_whole, project,
           count(*) AS number, sum(ms)::bigint AS total, array_agg(ms ORDER BY ms) AS sorted,
           max(ms) AS oldest, count(*) FILTER (WHERE ms > $6::bigint) AS overdue
      FROM under_way
     GROUP BY GROUPING SETS ((is_end), (is_end, project))
)
SELECT is_end, is_whole, project, number, total, oldest, overdue, {NEIGHBOURS}
  FROM grouped
"""

# $4 and $5: the period, up to the end of what is counted; $6: how many.
_SLOWEST = """
SELECT c.name, p.name AS project, c.scene_type, c.resolution_tier, c.onboarded_at, c.delivered_at,
       floor(extract(epoch FROM c.delivered_at - c.onboarded_at) * 1000)::bigint AS ms
  FROM characters c
  JOIN projects p ON p.id = c.project_id
 WHERE c.delivered_at >= $4 AND c.delivered_at < $5
   AND (cardinality($1::text[]) = 0 OR p.name = ANY ($1))
   AND (cardinality($2::text[]) = 0 OR c.scene_type = ANY ($2))
   AND (cardinality($3::text[]) = 0 OR c.resolution_tier = ANY ($3))
 ORDER BY ms DESC, c.id
 LIMIT $6
"""

# $4: the end of what is counted; $5: how many.
_OLDEST = """
SELECT c.name, p.name AS project, c.scene_type, c.resolution_tier, c.onboarded_at,
       NULL AS delivered_at,
       floor(extract(epoch FROM $4::timestamptz - c.onboarded_at) * 1000)::bigint AS ms
  FROM characters c
  JOIN projects p ON p.id = c.project_id
 WHERE c.onboarded_at < $4 AND (c.delivered_at IS NULL OR c.delivered_at >= $4)
   AND (cardinality($1::text[]) = 0 OR p.name = ANY ($1))
   AND (cardinality($2::text[]) = 0 OR c.scene_type = ANY ($2))
   AND (cardinality($3::text[]) = 0 OR c.resolution_tier = ANY ($3))
 ORDER BY c.onboarded_at, c.id
 LIMIT $5
"""

_FIRST = "SELECT min(delivered_at) AS first_delivery FROM characters"


async def read(source: SourceSession, scope: Scope, selection: SceneSelection) -> Figures:
    """Everything the document needs."""
    wanted = (selection.projects, selection.scene_types, selection.resolution_tiers)
    begin, end = scope.progress.starts_at, scope.progress.ends_at
    starts = scope.starts
    now: dict[bool, Spread] = {}
    by: dict[bool, dict[Dimension, dict[str, Spread]]] = {True: {}, False: {}}
    over_time: dict[str, Spread] = {}
    for row in await source.fetch(_DELIVERED, *wanted, starts, starts[0], end):
        group, spread = grouped_by(row), Spread.of(row)
        if isinstance(group, Dimension):
            by[row["is_now"]].setdefault(group, {})[row["name"]] = spread
        elif group == "whole":
            now[row["is_now"]] = spread
        elif (key := scope.key_at(row["position"])) is not None:
            over_time[key] = spread
    overdue = int(now[True].p90) if True in now else None
    under_way: dict[tuple[bool, str | None], UnderWay] = {
        (row["is_end"], None if row["is_whole"] else row["project"]): UnderWay(
            Spread.of(row), row["oldest"], row["overdue"]
        )
        for row in await source.fetch(_UNDER_WAY, *wanted, end, begin, overdue)
    }
    slowest = await source.fetch(_SLOWEST, *wanted, begin, end, LONGEST)
    oldest = await source.fetch(_OLDEST, *wanted, end, LONGEST)
    (first,) = await source.fetch(_FIRST)
    return Figures(
        scope=scope,
        now=now.get(True),
        before=now.get(False),
        now_by=by[True],
        before_by=by[False],
        over_time=over_time,
        under_way=under_way.get((True, None)),
        under_way_before=under_way.get((False, None)),
        under_way_by_project={
            project: found
            for (is_end, project), found in under_way.items()
            if is_end and project is not None
        },
        first_delivery=first["first_delivery"],
        slowest=tuple(_character(row) for row in slowest),
        oldest=tuple(_character(row) for row in oldest),
    )


def _character(row: Mapping[str, Any]) -> Character:
    return Character(
        name=row["name"],
        project=row["project"],
        scene_type=row["scene_type"],
        resolution_tier=row["resolution_tier"],
        onboarded_at=row["onboarded_at"],
        delivered_at=row["delivered_at"],
        milliseconds=row["ms"],
    )
