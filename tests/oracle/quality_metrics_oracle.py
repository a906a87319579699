"""`quality_metrics`, computed once more: row by row in plain Python, from the generated rows.

Nothing of the report type is used, nor `shared.periods`. A check's day is read off the clock of
the period's timezone. The intervals are found the long way: the quantile of the normal law by
bisection of the error function, Wilson's bounds by bisection of the score equation.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache

from deploy.demo.generate import Tables
from tests.oracle.plain import bucket_of
from tests.oracle.question import Question

WINDOW = timedelta(days=28)


@dataclass
class Half:
    """One of the two periods. Failures are counted by name, passed checks under ""."""

    found: Counter[str] = field(default_factory=Counter)
    first_found: Counter[str] = field(default_factory=Counter)
    buckets: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    kinds: defaultdict[tuple[str, str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    """By ("project", its name) and so on."""
    attempts: Counter[bool] = field(default_factory=Counter)
    """By whether they were repeats."""
    bucket_attempts: defaultdict[str, Counter[bool]] = field(
        default_factory=lambda: defaultdict(Counter)
    )


@dataclass
class Around:
    """A workflow change."""

    title: str
    at: datetime
    begins: datetime
    ends: datetime
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)


def expected(
    tables: Tables,
    question: Question,
) -> tuple[Half, Half, list[Around]]:
    """The period, the one before, and what lies around each workflow change."""
    halves = Half(), Half()
    named = {project.id: project.name for project in tables.projects}
    scenes = {scene.id: scene for scene in tables.scenes}
    jobs = {job.id: job for job in tables.generation_jobs}
    around = changes(tables, question)

    def place(at: datetime) -> tuple[Half | None, str]:
        day = question.day(at)
        half = question.half(day)
        if at >= question.as_of or half is None:
            return None, ""
        return halves[half], bucket_of(day, question.grain)

    def covered(scene_id: int) -> bool:
        scene = scenes[scene_id]
        return question.covers(named[scene.project_id], scene.scene_type, scene.resolution_tier)

    for check in tables.qa_checks:
        job = jobs[check.job_id]
        if not covered(job.scene_id):
            continue
        scene, what = scenes[job.scene_id], check.failure_type or ""
        for change in around:
            if change.begins <= check.checked_at < change.ends:
                side = change.before if check.checked_at < change.at else change.after
                side[what] += 1
        mine, bucket = place(check.checked_at)
        if mine is None:
            continue
        mine.found[what] += 1
        mine.buckets[bucket][what] += 1
        mine.kinds["project", named[scene.project_id]][what] += 1
        mine.kinds["scene_type", scene.scene_type][what] += 1
        mine.kinds["resolution_tier", scene.resolution_tier][what] += 1
        if job.attempt == 1:
            mine.first_found[what] += 1
    for job in tables.generation_jobs:
        if job.finished_at is None or job.status == "cancelled" or not covered(job.scene_id):
            continue
        mine, bucket = place(job.finished_at)
        if mine is not None:
            mine.attempts[job.attempt > 1] += 1
            mine.bucket_attempts[bucket][job.attempt > 1] += 1
    return *halves, around


def changes(tables: Tables, question: Question) -> list[Around]:
    """Those that have happened and whose windows touch the period; none before it begins."""
    as_of, zone = question.as_of, question.zone
    begin = datetime.combine(question.first_day, datetime.min.time(), zone)
    end = datetime.combine(question.last_day + timedelta(days=1), datetime.min.time(), zone)
    if as_of <= begin:
        return []
    rows = sorted(change for change in tables.workflow_changes if change.changed_at < as_of)
    found = []
    for row in rows:
        # Aware instants of one zone would be compared by their clocks, not by time.
        since, until = row.changed_at - WINDOW, row.changed_at + WINDOW
        if until.timestamp() < begin.timestamp() or since.timestamp() >= end.timestamp():
            continue
        earlier = [one.changed_at for one in rows if one.changed_at < row.changed_at]
        later = [one.changed_at for one in rows if one.changed_at > row.changed_at]
        found.append(
            Around(
                row.title,
                row.changed_at,
                max([since, *earlier]),
                min([until, as_of, *later]),
            )
        )
    return found


def passed(found: Counter[str]) -> tuple[int, int]:
    return found[""], found.total()


@cache
def quantile(comparisons: int) -> float:
    """z with 0.95 of a normal law between -z and z, shared out over so many comparisons."""
    tail = 0.05 / comparisons
    return bisected(lambda z: math.erfc(z / math.sqrt(2)) - tail, 0.0, 10.0)


def bisected(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that falls from above zero crosses it."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return low


@cache
def bounds(part: int, whole: int, z: float) -> tuple[float, float]:
    """All true shares from which the one found lies no further than z deviations off."""
    p = part / whole

    def too_far(true: float) -> float:
        return (p - true) ** 2 * whole - z * z * true * (1 - true)

    low = 0.0 if part == 0 else bisected(too_far, 0.0, p)
    high = 1.0 if part == whole else bisected(lambda true: -too_far(true), p, 1.0)
    return low, high


def interval(
    before: tuple[int, int], after: tuple[int, int], comparisons: int
) -> tuple[float, float, float] | None:
    """Difference, low and high, in points; Newcombe's way of putting two bounds together."""
    if not before[1] or not after[1]:
        return None
    z = quantile(comparisons)
    (l1, u1), (l2, u2) = bounds(*before, z), bounds(*after, z)
    p1, p2 = before[0] / before[1], after[0] / after[1]
    return (
        float(100 * (Fraction(*after) - Fraction(*before))),
        100 * (p2 - p1 - math.hypot(p2 - l2, u1 - p1)),
        100 * (p2 - p1 + math.hypot(u2 - p2, p1 - l1)),
    )
