"""Deliveries as the source tells them; its answers grow with projects times buckets."""

from __future__ import annotations

from datetime import datetime

from services.aggregator.report_types.delivery_summary.figures import Figures, YearBefore
from services.aggregator.report_types.delivery_summary.year_before import year_before
from services.aggregator.scope.progress import Stage
from services.aggregator.scope.scope import Scope
from services.aggregator.scope.selection import SceneSelection
from services.aggregator.sources import SourceSession

# In all of them $1, $2 and $3 are the projects, scene types and tiers asked for; empty for all.

# $4: the first instants of what is told apart, in order; $5 and $6: from the first of them up to
# the end of what is counted.
_DELIVERED = """
SELECT p.name AS project, d.position, sum(d.delivered)::bigint AS delivered
  FROM (SELECT c.project_id,
               width_bucket(c.delivered_at, $4::timestamptz[]) AS position,
               count(*) AS delivered
          FROM characters c
         WHERE c.delivered_at >= $5 AND c.delivered_at < $6
           AND (cardinality($2::text[]) = 0 OR c.scene_type = ANY ($2))
           AND (cardinality($3::text[]) = 0 OR c.resolution_tier = ANY ($3))
         GROUP BY 1, 2) d
  JOIN projects p ON p.id = d.project_id
 WHERE cardinality($1::text[]) = 0 OR p.name = ANY ($1)
 GROUP BY 1, 2
"""

# In production at an instant: onboarded before it, and not delivered before it. $4 is the
# period's end and $5 its beginning; who had been delivered by $5 is in neither count.
_AROUND = """
SELECT count(*) FILTER (WHERE c.onboarded_at < $4
                          AND (c.delivered_at IS NULL OR c.delivered_at >= $4)) AS at_end,
       count(*) FILTER (WHERE c.onboarded_at < $5) AS at_beginning,
       (SELECT min(delivered_at) FROM characters) AS first_delivery
  FROM characters c
 WHERE (c.delivered_at IS NULL OR c.delivered_at >= $5)
   AND (cardinality($1::text[]) = 0
        OR c.project_id IN (SELECT id FROM projects WHERE name = ANY ($1)))
   AND (cardinality($2::text[]) = 0 OR c.scene_type = ANY ($2))
   AND (cardinality($3::text[]) = 0 OR c.resolution_tier = ANY ($3))
"""


async def read(source: SourceSession, scope: Scope, selection: SceneSelection) -> Figures:
    """Everything the document needs; the year before only where the data reach it."""
    wanted = (selection.projects, selection.scene_types, selection.resolution_tiers)
    begin, end, starts = scope.progress.starts_at, scope.progress.ends_at, scope.starts
    rows = await source.fetch(_DELIVERED, *wanted, starts, starts[0], end)
    delivered: dict[tuple[str, str], int] = {}
    previous: dict[str, int] = {}
    for row in rows:
        key = scope.key_at(row["position"])
        if key is None:
            previous[row["project"]] = row["delivered"]
        else:
            delivered[row["project"], key] = row["delivered"]
    (around,) = await source.fetch(_AROUND, *wanted, end, begin)
    return Figures(
        scope=scope,
        delivered=delivered,
        previous=previous,
        in_production=around["at_end"],
        in_production_before=around["at_beginning"],
        first_delivery=around["first_delivery"],
        year_before=await _year_before(source, scope, selection, around["first_delivery"]),
    )


async def _year_before(
    source: SourceSession, scope: Scope, selection: SceneSelection, first: datetime | None
) -> YearBefore | None:
    earlier = year_before(scope.period)
    if earlier is None or first is None or first > earlier.starts_at:
        return None
    if scope.stage is Stage.NOT_BEGUN:
        return None  # Nothing can be set beside it yet.
    rows = await source.fetch(
        _DELIVERED,
        selection.projects,
        selection.scene_types,
        selection.resolution_tiers,
        [earlier.starts_at],
        earlier.starts_at,
        earlier.ends_at,
    )
    return YearBefore(earlier, {row["project"]: row["delivered"] for row in rows})
