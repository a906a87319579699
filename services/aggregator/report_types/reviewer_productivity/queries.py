"""Reviews as the source tells them; whom it may tell of alone is decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.aggregator.report_types.reviewer_productivity.anonymity import (
    LEAST_REVIEWS,
    Census,
    may_stand,
    people_alone,
    teams_together,
)
from services.aggregator.report_types.reviewer_productivity.figures import (
    BEFORE,
    EVERY_TEAM,
    NOW,
    TOGETHER,
    Figures,
    Measures,
    People,
    Waiting,
)
from services.aggregator.scope.filters import asked_for
from services.aggregator.scope.grain import Bucket, Grain, buckets, grain_for
from services.aggregator.scope.progress import Progress
from services.aggregator.scope.selection import SceneSelection
from services.aggregator.sources import SourceSession
from shared.periods import Period, local_midnight

_FILTERED = """
  FROM reviews r
  LEFT JOIN characters c ON c.id = r.character_id
  LEFT JOIN projects p ON p.id = c.project_id
 WHERE (cardinality($1::text[]) = 0 OR p.name = ANY ($1))
   AND (cardinality($2::text[]) = 0 OR c.scene_type = ANY ($2))
   AND (cardinality($3::text[]) = 0 OR c.resolution_tier = ANY ($3))
"""

# From $4 to $5; what is before $6 is the previous period.
_CENSUS = f"""
SELECT r.reviewer_team AS team, r.reviewer AS person, r.decided_at >= $6 AS now,
       count(*) AS reviews
{_FILTERED}
   AND r.decided_at >= $4 AND r.decided_at < $5
 GROUP BY 1, 2, 3
"""

# $6 holds the first instants of the previous period and of each bucket, in order: the source
# answers with a position in that list, and 1 is the previous period. The teams of $7 are one.
_DECIDED = f"""
SELECT CASE WHEN r.reviewer_team = ANY ($7::text[]) THEN NULL ELSE r.reviewer_team END AS team,
       r.reviewer_team, r.reviewer, r.decision, r.segments,
       width_bucket(r.decided_at, $6::timestamptz[]) AS position,
       (extract(epoch FROM r.decided_at - r.requested_at) * 1000)::bigint AS milliseconds,
       (SELECT count(*) FROM annotations a WHERE a.review_id = r.id) AS notes
{_FILTERED}
   AND r.decided_at >= $4 AND r.decided_at < $5
"""  # of constants, as all of these

# Quantiles by nearest rank: the time of a review that there was, and exact.
_MEASURES = """
       count(*) AS reviews, count(DISTINCT reviewer) AS people,
       count(*) FILTER (WHERE decision = 'approved') AS approved,
       sum(segments)::bigint AS segments, sum(notes)::bigint AS notes,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY milliseconds) AS median,
       percentile_disc(0.9) WITHIN GROUP (ORDER BY milliseconds) AS ninetieth
"""

_BY_TEAM = f"""
SELECT now, position, team, grouping(position) = 1 AS whole, grouping(team) = 1 AS every_team,
{_MEASURES}
  FROM (SELECT decided.*, position > 1 AS now FROM ({_DECIDED}) decided) d
 GROUP BY GROUPING SETS ((now), (now, team), (position), (position, team))
"""

# Those of $8 and $9, pairs of team and person, are themselves; the others of a team are one.
_BY_PERSON = f"""
SELECT reviewer_team AS team,
       CASE WHEN (reviewer_team, reviewer) IN (SELECT * FROM unnest($8::text[], $9::text[]))
            THEN reviewer END AS person,
{_MEASURES}
  FROM ({_DECIDED}) d
 WHERE position > 1
 GROUP BY 1, 2
"""

# At $4, the period's beginning, and $5, its end: asked for before, and not decided before.
_AT_END = "r.requested_at < $5 AND (r.decided_at IS NULL OR r.decided_at >= $5)"
_WAITING = f"""
SELECT CASE WHEN r.reviewer_team = ANY ($6::text[]) THEN NULL ELSE r.reviewer_team END AS team,
       count(*) FILTER (WHERE r.requested_at < $4) AS at_beginning,
       count(*) FILTER (WHERE {_AT_END}) AS at_end,
       min(r.requested_at) FILTER (WHERE {_AT_END}) AS oldest
{_FILTERED}
   AND (r.decided_at IS NULL OR r.decided_at >= $4)
 GROUP BY 1
"""


OF_REVIEWS = """
  FROM reviews r
  LEFT JOIN characters c ON c.id = r.character_id
  LEFT JOIN projects p ON p.id = c.project_id
 WHERE r.decided_at >= $1 AND r.decided_at < $2
"""
"""Those decided within a time."""


async def read_figures(
    source: SourceSession, period: Period, asked: SceneSelection, grain: Grain, *, by_person: bool
) -> Figures:
    """Everything the document needs."""
    progress = Progress(period, source.as_of)
    grain = grain_for(grain, period.days)
    cut = buckets(period, grain)
    days = [period.previous.first_day, *(bucket.first_day for bucket in cut)]
    starts = [local_midnight(day, period.timezone) for day in days]
    wanted = (asked.projects, asked.scene_types, asked.resolution_tiers)
    span = (*wanted, starts[0], progress.ends_at)
    census = _census(await source.fetch(_CENSUS, *span, period.starts_at))
    together = sorted(teams_together(census))
    measured = await source.fetch(_BY_TEAM, *span, starts, together)
    waiting = await source.fetch(_WAITING, *wanted, progress.starts_at, progress.ends_at, together)
    (first,) = await source.fetch("SELECT min(decided_at) AS decision FROM reviews")
    people = None
    if by_person:
        people = await _people(source, census, (*span, starts, together))
    return Figures(
        progress=progress,
        grain=grain,
        buckets=cut,
        measures={
            (_when(row, cut), _team(row)): Measures.of(row)
            for row in measured
            if row["whole"] or row["position"] > 1
        },
        teams_together=len(together),
        waiting={
            _team(row): Waiting(row["at_beginning"], row["at_end"], row["oldest"])
            for row in waiting
        },
        people=people,
        first_decision=first["decision"],
        filters=(
            await asked_for(source, "project", asked.projects, "name", "projects"),
            await asked_for(source, "scene type", asked.scene_types, "scene_type", "characters"),
            await asked_for(
                *(source, "resolution tier", asked.resolution_tiers),
                *("resolution_tier", "characters"),
            ),
        ),
    )


def _census(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Of the period itself."""
    census: dict[str, dict[str, int]] = {}
    for row in rows:
        if row["now"]:
            census.setdefault(row["team"], {})[row["person"]] = row["reviews"]
    return census


def _team(row: Mapping[str, Any]) -> str:
    if row.get("every_team"):
        return EVERY_TEAM
    return TOGETHER if row["team"] is None else str(row["team"])


def _when(row: Mapping[str, Any], cut: Sequence[Bucket]) -> str:
    if row["whole"]:
        return NOW if row["now"] else BEFORE
    return cut[int(row["position"]) - 2].key


async def _people(source: SourceSession, census: Census, arguments: tuple[object, ...]) -> People:
    """Who may be shown alone, and the others of each team where they may be shown together."""
    alone = {team: people_alone(people) for team, people in census.items()}
    pairs = sorted((team, person) for team, people in alone.items() for person in people)
    rows = await source.fetch(
        _BY_PERSON, *arguments, [team for team, _ in pairs], [person for _, person in pairs]
    )
    others = {
        team: [reviews for person, reviews in people.items() if person not in alone[team]]
        for team, people in census.items()
    }
    few = sum(reviews < LEAST_REVIEWS for left in others.values() for reviews in left)
    return People(
        alone={(row["team"], row["person"]): Measures.of(row) for row in rows if row["person"]},
        others={
            row["team"]: Measures.of(row)
            for row in rows
            if row["person"] is None and may_stand(others[row["team"]])
        },
        few=few,
        with_them=sum(map(len, others.values())) - few,
        unseen=sum(len(left) for left in others.values() if not may_stand(left)),
    )
