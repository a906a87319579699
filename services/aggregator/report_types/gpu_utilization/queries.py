"""The figures of a GPU report, from the answers to its statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from services.aggregator.report_types.gpu_utilization import statements
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
from services.aggregator.rollups.coverage import NO_ROLLUPS, on_quarters, rollups_for
from services.aggregator.scope.progress import Progress
from services.aggregator.scope.scope import Scope
from services.aggregator.scope.selection import SceneSelection
from services.aggregator.sources import SourceSession
from shared.periods import local_midnight

_JOBS = "generation_jobs"


async def read_figures(source: SourceSession, scope: Scope, wanted: SceneSelection) -> Figures:
    """Five queries of figures; the answers grow with projects, workers and hours, not jobs."""
    period, cut = scope.period, scope.buckets
    # To the millisecond, as all instants of the source: what runs now is active up to here.
    progress = Progress(period, whole_milliseconds(scope.as_of))
    starts_at, ends_at = progress.starts_at, progress.ends_at
    before_at = min(period.previous.starts_at, starts_at)
    names = (wanted.projects, wanted.scene_types, wanted.resolution_tiers)

    starts = [local_midnight(bucket.first_day, period.timezone) for bucket in cut]
    hours = local_hours(starts_at, ends_at, period.timezone)
    edges = [*(hour.starts_at for hour in hours), ends_at]
    rollups = await rollups_for(source, period)
    # By worker and by hour only the whole is rolled up, not every kind of scene.
    workers_rollups = NO_ROLLUPS if any(names) else rollups
    steps_rollups = workers_rollups if on_quarters(edges[:-1]) else NO_ROLLUPS
    halves = (before_at, starts_at, ends_at)
    division = rollups.division(_JOBS, halves)
    gpu_rows = await source.fetch(statements.by_kind(division, rollups.schema), starts_at, *names)
    division = rollups.division(_JOBS, (*(at for at in starts if at < ends_at), ends_at))
    bucket_rows = await source.fetch(
        statements.by_bucket(division, rollups.schema, of_kinds=any(names[1:])),
        *(starts, *names),
    )
    worker_rows = await source.fetch(statements.WORKERS)
    division = workers_rollups.whole_days(_JOBS, halves)
    active_rows = await source.fetch(
        statements.by_worker(division, rollups.schema), before_at, starts_at, ends_at, *names
    )
    step_rows: Sequence[Mapping[str, Any]] = []
    if hours:
        division = steps_rollups.division(_JOBS, (starts_at, ends_at), by_quarters=False)
        step_rows = await source.fetch(
            statements.steps(division, rollups.schema), starts_at, edges, ends_at, *names
        )

    active = {(row["worker_id"], row["selected"]): row for row in active_rows}
    works = _by_hour(edges, step_rows, worker_rows)
    found = tuple(zip(hours, works, strict=True))
    return Figures(
        scope=scope,
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
        compared_at=rollups.compared_at,
    )


async def gpu_time_by_kind(
    source: SourceSession, scope: Scope, wanted: SceneSelection
) -> dict[Kind, int]:
    """GPU milliseconds of the period, as the figures have them."""
    progress = Progress(scope.period, whole_milliseconds(scope.as_of))
    starts_at, ends_at = progress.starts_at, progress.ends_at
    rollups = await rollups_for(source, scope.period)
    before_at = min(scope.period.previous.starts_at, starts_at)
    division = rollups.division(_JOBS, (before_at, starts_at, ends_at))
    names = (wanted.projects, wanted.scene_types, wanted.resolution_tiers)
    rows = await source.fetch(statements.by_kind(division, rollups.schema), starts_at, *names)
    return {kind: time.gpu for kind, time in _by_kind(rows, before=False).items()}


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
