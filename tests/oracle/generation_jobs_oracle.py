"""`generation_jobs`, once more: row by row in plain Python, from the generated rows.

Nothing of the report type is used: a job's day is read off the clock of the period's timezone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from deploy.demo.generate import Tables
from deploy.demo.rows import GenerationJob
from tests.oracle.question import Question


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
    question: Question,
) -> Expected:
    project_names = {project.id: project.name for project in tables.projects}
    worker_names = {worker.id: worker.name for worker in tables.workers}
    scenes = {scene.id: scene for scene in tables.scenes}
    truth = Expected()
    for job in sorted(tables.generation_jobs):
        scene = scenes[job.scene_id]
        worker = None if job.worker_id is None else worker_names[job.worker_id]
        about = project_names[scene.project_id], scene.scene_type, scene.resolution_tier
        if not question.covers(*about) or (question.workers and worker not in question.workers):
            continue
        if job.finished_at is None or job.finished_at >= question.as_of:
            queued = question.day(job.queued_at)
            truth.unfinished += queued <= question.last_day and job.queued_at < question.as_of
            continue
        if question.statuses and job.status not in question.statuses:
            continue
        half = question.half(question.day(job.finished_at))
        if half == 0:
            truth.now.append(job)
            truth.rows.append(
                (
                    str(job.id),
                    str(job.scene_id),
                    None if job.character_id is None else str(job.character_id),
                    *about,
                    worker,
                    job.status,
                    job.attempt,
                    job.queued_at,
                    job.started_at,
                    job.finished_at,
                    job.gpu_milliseconds,
                )
            )
        elif half == 1:
            truth.before.append(job)
    # The rows came in the order of their ids, and sorting keeps that where instants are equal.
    truth.rows.sort(key=lambda row: str(row[11]))
    return truth


def share(part: int, whole: int) -> Fraction | None:
    """Times 100."""
    return Fraction(100 * part, whole) if whole else None
