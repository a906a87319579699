"""The queries of a quality report, and its figures from their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from services.aggregator.report_types.quality_metrics.figures import (
    Attempts,
    Change,
    Checked,
    Figures,
    Kind,
)
from services.aggregator.scope.filters import filters_of
from services.aggregator.scope.grain import Grain, buckets, grain_for
from services.aggregator.scope.progress import Progress, Stage
from services.aggregator.scope.selection import SceneSelection
from services.aggregator.sources import SourceSession
from services.aggregator.wording.grammar import listed
from shared.periods import Period, local_midnight

REACH = timedelta(days=28)
"""How far around a workflow change checks are compared: whole weeks, so that weekends cancel."""
MOST_CHANGES = 24
"""Each is a query of its own; of more the latest are taken."""

# Jobs are numbered as they are asked for, so those of a time lie close together: between these
# two the join below reads a range of the jobs, not all of them. The sum keeps the source from
# looking for either along the whole index on job_id.
_JOBS_CHECKED = """
SELECT min(job_id + 0) AS first, max(job_id + 0) AS last
  FROM qa_checks
 WHERE checked_at >= $1 AND checked_at < $2
"""

# $1 holds the first instants of the previous period and of each bucket, so that the source
# answers with a position in that list. Of a report without filters checks are counted as they
# are; only a part of them takes looking up what was checked.
_FINDINGS = """
SELECT width_bucket(c.checked_at, $1::timestamptz[]) AS position, c.failure_type,
       count(*) AS checks
  FROM qa_checks c
 WHERE c.checked_at >= $2 AND c.checked_at < $3
 GROUP BY 1, 2
"""

_FINDINGS_OF_A_PART = """
SELECT width_bucket(c.checked_at, $1::timestamptz[]) AS position, c.failure_type,
       count(*) AS checks
  FROM qa_checks c
  JOIN generation_jobs j ON j.id = c.job_id
  JOIN scenes s ON s.id = j.scene_id
 WHERE c.checked_at >= $2 AND c.checked_at < $3 AND j.id BETWEEN $7 AND $8
   AND (cardinality($4::text[]) = 0
        OR s.project_id IN (SELECT id FROM projects WHERE name = ANY ($4)))
   AND (cardinality($5::text[]) = 0 OR s.scene_type = ANY ($5))
   AND (cardinality($6::text[]) = 0 OR s.resolution_tier = ANY ($6))
 GROUP BY 1, 2
"""

# $1 is the first instant of the period. First added up by scene: there are far fewer than jobs.
_KINDS = """
WITH of_scenes AS (
    SELECT j.scene_id, c.checked_at < $1 AS before, count(*) AS checks,
           count(*) FILTER (WHERE c.passed) AS passed,
           count(*) FILTER (WHERE j.attempt = 1) AS first_checks,
           count(*) FILTER (WHERE j.attempt = 1 AND c.passed) AS first_passed
      FROM qa_checks c
      JOIN generation_jobs j ON j.id = c.job_id
     WHERE c.checked_at >= $2 AND c.checked_at < $3 AND j.id BETWEEN $7 AND $8
     GROUP BY 1, 2
)
SELECT p.name AS project, k.*
  FROM (SELECT s.project_id, s.scene_type, s.resolution_tier, o.before,
               sum(o.checks)::bigint AS checks, sum(o.passed)::bigint AS passed,
               sum(o.first_checks)::bigint AS first_checks,
               sum(o.first_passed)::bigint AS first_passed
          FROM of_scenes o
          JOIN scenes s ON s.id = o.scene_id
         WHERE (cardinality($4::text[]) = 0
                OR s.project_id IN (SELECT id FROM projects WHERE name = ANY ($4)))
           AND (cardinality($5::text[]) = 0 OR s.scene_type = ANY ($5))
           AND (cardinality($6::text[]) = 0 OR s.resolution_tier = ANY ($6))
         GROUP BY 1, 2, 3, 4) k
  JOIN projects p ON p.id = k.project_id
"""

# Without filters every job counts whatever its scene, and the source leaves out the join.
_ATTEMPTS = """
SELECT width_bucket(j.finished_at, $1::timestamptz[]) AS position,
       count(*) FILTER (WHERE j.status <> 'cancelled' AND j.attempt = 1) AS first,
       count(*) FILTER (WHERE j.status <> 'cancelled' AND j.attempt > 1) AS repeats,
       count(*) FILTER (WHERE j.status = 'failed') AS failed,
       count(*) FILTER (WHERE j.status = 'cancelled') AS cancelled
  FROM generation_jobs j
  LEFT JOIN scenes s
    ON s.id = j.scene_id
   AND (cardinality($4::text[]) = 0
        OR s.project_id IN (SELECT id FROM projects WHERE name = ANY ($4)))
   AND (cardinality($5::text[]) = 0 OR s.scene_type = ANY ($5))
   AND (cardinality($6::text[]) = 0 OR s.resolution_tier = ANY ($6))
 WHERE j.finished_at >= $2 AND j.finished_at < $3
   AND (cardinality($4) + cardinality($5) + cardinality($6) = 0 OR s.id IS NOT NULL)
 GROUP BY 1
"""

_CHANGES = """
SELECT changed_at, title FROM workflow_changes
 WHERE changed_at >= $1 AND changed_at < $2
 ORDER BY changed_at, id
"""

_FIRST_CHECK = "SELECT min(checked_at) AS first_check FROM qa_checks"


@dataclass(frozen=True)
class Windows:
    """A workflow change and the time around it in which checks are compared."""

    changed_at: datetime
    title: str
    begins: datetime
    ends: datetime


async def read_figures(
    source: SourceSession, period: Period, wanted: SceneSelection, grain: Grain
) -> Figures:
    """Range queries on when checks were made and jobs finished; answers grow with kinds."""
    grain = grain_for(grain, period.days)
    cut = buckets(period, grain)
    progress = Progress(period, source.as_of)
    before_at = min(period.previous.starts_at, progress.starts_at)
    days = [period.previous.first_day, *(bucket.first_day for bucket in cut)]
    starts = [local_midnight(day, period.timezone) for day in days]
    within = (before_at, progress.ends_at)

    findings = await _findings(source, starts, within, wanted)
    kinds = await _kinds(source, progress.starts_at, within, wanted)
    attempts = await source.fetch(_ATTEMPTS, starts, *within, *_names(wanted))
    (edge,) = await source.fetch(_FIRST_CHECK)
    windows = await _windows(source, progress)
    changes = [await _change(source, each, wanted) for each in windows[-MOST_CHANGES:]]
    now = [row for row in attempts if row["position"] > 1]
    return Figures(
        period=period,
        as_of=source.as_of,
        grain=grain,
        buckets=cut,
        filters=await filters_of(source, wanted),
        findings={
            cut[position - 2].key: found for position, found in findings.items() if position > 1
        },
        findings_before=findings.get(1, {}),
        kinds=_of_half(kinds, before=False),
        kinds_before=_of_half(kinds, before=True),
        attempts={cut[row["position"] - 2].key: _attempts(row) for row in now},
        attempts_before=sum(
            (_attempts(row) for row in attempts if row["position"] == 1), Attempts()
        ),
        changes=tuple(changes),
        changes_left_out=len(windows) - len(changes),
        failed=sum(row["failed"] for row in now),
        cancelled=sum(row["cancelled"] for row in now),
        first_check=edge["first_check"],
    )


async def _findings(
    source: SourceSession,
    starts: Sequence[datetime],
    within: tuple[datetime, datetime],
    wanted: SceneSelection,
) -> dict[int, dict[str | None, int]]:
    """By position in `starts`, from 1 on; what is empty is missing."""
    names = _names(wanted)
    if not any(names):
        rows = await source.fetch(_FINDINGS, starts, *within)
    elif (jobs := await _jobs_checked(source, within)) is not None:
        rows = await source.fetch(_FINDINGS_OF_A_PART, starts, *within, *names, *jobs)
    else:
        rows = []
    found: dict[int, dict[str | None, int]] = {}
    for row in rows:
        found.setdefault(row["position"], {})[row["failure_type"]] = row["checks"]
    return found


async def _kinds(
    source: SourceSession,
    starts_at: datetime,
    within: tuple[datetime, datetime],
    wanted: SceneSelection,
) -> Sequence[Mapping[str, Any]]:
    jobs = await _jobs_checked(source, within)
    if jobs is None:
        return []
    return await source.fetch(_KINDS, starts_at, *within, *_names(wanted), *jobs)


async def _jobs_checked(
    source: SourceSession, within: tuple[datetime, datetime]
) -> tuple[int, int] | None:
    """The first and the last job that was checked then; None when none was."""
    (jobs,) = await source.fetch(_JOBS_CHECKED, *within)
    return None if jobs["first"] is None else (jobs["first"], jobs["last"])


def _names(wanted: SceneSelection) -> tuple[tuple[str, ...], ...]:
    return wanted.projects, wanted.scene_types, wanted.resolution_tiers


async def _windows(source: SourceSession, progress: Progress) -> list[Windows]:
    if progress.stage is Stage.NOT_BEGUN:
        return []
    # Neighbours of the outermost ones, as far as they matter, too.
    rows = await source.fetch(
        _CHANGES,
        progress.period.starts_at - 2 * REACH,
        min(progress.period.ends_at + 2 * REACH, progress.as_of),
    )
    found = [
        (at, listed([row["title"] for row in together], at_most=10))
        for at, together in groupby(rows, key=lambda row: row["changed_at"])
    ]
    return windows(found, progress)


def windows(changes: Sequence[tuple[datetime, str]], progress: Progress) -> list[Windows]:
    """Of changes in order of time, those whose time before or after touches the period.

    Between two changes the time belongs to the earlier one's after and the later one's before,
    and neither reaches past the other: it would compare with another way of working.
    """
    first, last = progress.period.starts_at - REACH, progress.period.ends_at + REACH
    instants = [at for at, _ in changes]
    return [
        Windows(
            at,
            title,
            max([at - REACH, *instants[:index]]),
            min([at + REACH, progress.as_of, *instants[index + 1 :]]),
        )
        for index, (at, title) in enumerate(changes)
        if first <= at < last
    ]


async def _change(source: SourceSession, around: Windows, wanted: SceneSelection) -> Change:
    found = await _findings(
        source, [around.begins, around.changed_at], (around.begins, around.ends), wanted
    )
    return Change(
        around.changed_at,
        around.title,
        around.begins,
        around.ends,
        found.get(1, {}),
        found.get(2, {}),
    )


def _of_half(rows: Sequence[Mapping[str, Any]], *, before: bool) -> dict[Kind, Checked]:
    return {
        Kind(row["project"], row["scene_type"], row["resolution_tier"]): Checked(
            row["passed"], row["checks"], row["first_passed"], row["first_checks"]
        )
        for row in rows
        if row["before"] is before
    }


def _attempts(row: Mapping[str, Any]) -> Attempts:
    return Attempts(row["first"], row["repeats"])
