"""`generation_jobs`, once more: row by row in plain Python, from the generated rows.

Nothing of the report type is used: a job's day is read off the clock of the period's timezone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from deploy.demo.generate import Tables
from deploy.demo.rows import GenerationJob


@dataclass
class Expected:
    """What the report should say."""

    rows: list[tuple[object, ...]] = field(default_factory=list)
    """As in the table, with instants as such."""
    now: list[GenerationJob] = field(default_factory=list)
    before: list[GenerationJob] = field(default_factory=list)
    unfinished: int = 0


def expected(
    tables: Tables,
    *,
    first_day: date,
    last_day: date,
    timezone: str,
    as_of: datetime,
    projects: Collection[str] = (),
    scene_types: Collection[str] = (),
    resolution_tiers: Collection[str] = (),
    workers: Collection[str] = (),
    statuses: Collection[str] = (),
) -> Expected:
    zone = ZoneInfo(timezone)
    length = timedelta(days=(last_day - first_day).days + 1)
    project_names = {project.id: project.name for project in tables.projects}
    worker_names = {worker.id: worker.name for worker in tables.workers}
    scenes = {scene.id: scene for scene in tables.scenes}
    truth = Expected()
    for job in sorted(tables.generation_jobs):
        scene = scenes[job.scene_id]
        worker = None if job.worker_id is None else worker_names[job.worker_id]
        about = (
            (project_names[scene.project_id], projects),
            (scene.scene_type, scene_types),
            (scene.resolution_tier, resolution_tiers),
            (worker, workers),
        )
        if not all(not wanted or value in wanted for value, wanted in about):
            continue
        if job.finished_at is None or job.finished_at >= as_of:
            queued = job.queued_at.astimezone(zone).date()
            truth.unfinished += queued <= last_day and job.queued_at < as_of
            continue
        if statuses and job.status not in statuses:
            continue
        day = job.finished_at.astimezone(zone).date()
        if first_day <= day <= last_day:
            truth.now.append(job)
            truth.rows.append(
                (
                    str(job.id),
                    str(job.scene_id),
                    None if job.character_id is None else str(job.character_id),
                    *(value for value, _ in about),
                    job.status,
                    job.attempt,
                    job.queued_at,
                    job.started_at,
                    job.finished_at,
                    job.gpu_milliseconds,
                )
            )
        elif first_day - length <= day < first_day:
            truth.before.append(job)
    # The rows came in the order of their ids, and sorting keeps that where instants are equal.
    truth.rows.sort(key=lambda row: str(row[11]))
    return truth


def share(part: int, whole: int) -> Fraction | None:
    """Times 100."""
    return Fraction(100 * part, whole) if whole else None
