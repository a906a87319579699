"""The figures of a quality report, from the answers to its statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from services.aggregator.report_types.quality_metrics import statements
from services.aggregator.report_types.quality_metrics.figures import (
    Attempts,
    Change,
    Checked,
    Figures,
    Kind,
)
from services.aggregator.rollups.coverage import Division, Rollups, rollups_for
from services.aggregator.scope.progress import Progress, Stage
from services.aggregator.scope.scope import Scope
from services.aggregator.scope.selection import SceneSelection
from services.aggregator.sources import SourceSession
from shared.localized import listed

REACH = timedelta(days=28)
"""How far around a workflow change checks are compared: whole weeks, so that weekends cancel."""
MOST_CHANGES = 24
"""Each is a query of its own; of more the latest are taken."""


@dataclass(frozen=True)
class Windows:
    """A workflow change and the time around it in which checks are compared."""

    changed_at: datetime
    title: str
    begins: datetime
    ends: datetime


async def read_figures(source: SourceSession, scope: Scope, wanted: SceneSelection) -> Figures:
    """Range queries on when checks were made and jobs finished; answers grow with kinds."""
    progress, cut, starts = scope.progress, scope.buckets, scope.starts
    before_at = min(scope.period.previous.starts_at, progress.starts_at)
    within = (before_at, progress.ends_at)

    rollups = await rollups_for(source, scope.period)
    findings = await _findings(source, rollups, starts, within, wanted)
    kinds = await _kinds(source, rollups, progress.starts_at, within, wanted)
    division = rollups.division("generation_jobs", _cuts(starts, within))
    attempts = await source.fetch(
        statements.attempts(
            division,
            rollups.schema,
            of_kinds=bool(wanted.scene_types or wanted.resolution_tiers),
        ),
        *(starts, *_names(wanted)),
    )
    (edge,) = await source.fetch(statements.FIRST_CHECK)
    windows = await _windows(source, progress)
    changes = [await _change(source, rollups, each, wanted) for each in windows[-MOST_CHANGES:]]
    now = [row for row in attempts if row["position"] > 1]
    return Figures(
        scope=scope,
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
        compared_at=rollups.compared_at,
    )


async def checks_by_kind(
    source: SourceSession, scope: Scope, wanted: SceneSelection
) -> dict[Kind, int]:
    """How many checks the period has, as the figures have them."""
    progress = scope.progress
    within = (min(scope.period.previous.starts_at, progress.starts_at), progress.ends_at)
    rollups = await rollups_for(source, scope.period)
    rows = await _kinds(source, rollups, progress.starts_at, within, wanted)
    return {kind: checked.checks for kind, checked in _of_half(rows, before=False).items()}


async def _findings(
    source: SourceSession,
    rollups: Rollups,
    starts: Sequence[datetime],
    within: tuple[datetime, datetime],
    wanted: SceneSelection,
) -> dict[int, dict[str | None, int]]:
    """By position in `starts`, from 1 on; what is empty is missing."""
    names = _names(wanted)
    division = rollups.division("qa_checks", _cuts(starts, within))
    if any(names):
        rows = await source.fetch(
            statements.findings_of_a_part(division, rollups.schema),
            *(starts, *names, *await _jobs_checked(source, division)),
        )
    else:
        rows = await source.fetch(statements.findings(division, rollups.schema), starts)
    found: dict[int, dict[str | None, int]] = {}
    for row in rows:
        found.setdefault(row["position"], {})[row["failure_type"]] = row["checks"]
    return found


async def _kinds(
    source: SourceSession,
    rollups: Rollups,
    starts_at: datetime,
    within: tuple[datetime, datetime],
    wanted: SceneSelection,
) -> Sequence[Mapping[str, Any]]:
    division = rollups.division("qa_checks", (*within, starts_at))
    return await source.fetch(
        statements.kinds(division, rollups.schema),
        *(starts_at, *_names(wanted), *await _jobs_checked(source, division)),
    )


async def _jobs_checked(source: SourceSession, division: Division) -> tuple[int | None, int | None]:
    """Of the checks read one by one, the first and the last job; None when there is none."""
    (jobs,) = await source.fetch(statements.jobs_checked(division))
    return jobs["first"], jobs["last"]


def _cuts(starts: Sequence[datetime], within: tuple[datetime, datetime]) -> list[datetime]:
    """Where the time that is read is cut: starts outside it do not cut it."""
    begin, end = within
    return [begin, *(at for at in starts if begin < at < end), end]


def _names(wanted: SceneSelection) -> tuple[tuple[str, ...], ...]:
    return wanted.projects, wanted.scene_types, wanted.resolution_tiers


async def _windows(source: SourceSession, progress: Progress) -> list[Windows]:
    if progress.stage is Stage.NOT_BEGUN:
        return []
    # Neighbours of the outermost ones, as far as they matter, too.
    rows = await source.fetch(
        statements.CHANGES,
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


async def _change(
    source: SourceSession, rollups: Rollups, around: Windows, wanted: SceneSelection
) -> Change:
    found = await _findings(
        source, rollups, [around.begins, around.changed_at], (around.begins, around.ends), wanted
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
