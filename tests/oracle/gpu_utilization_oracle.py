"""`gpu_utilization`, computed once more: quarter of an hour by quarter of an hour.

Nothing of the report type is used, nor `shared.periods`. Every job and every worker's service is
laid out on a grid of quarters of an hour (UTC), fine enough for the offsets of all timezones;
each quarter's day and hour are read off the clock of the period's timezone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache

from deploy.demo.generate import Tables
from deploy.demo.rows import GenerationJob
from tests.oracle.plain import HOUR, bucket_of, change, fixed, share
from tests.oracle.question import Question

QUARTER = 900_000

Row = tuple[str | int | None, ...]


@dataclass
class Time:
    """Milliseconds of workers, or of one."""

    available: int = 0
    active: int = 0
    other: int = 0

    @property
    def idle(self) -> int:
        return self.available - self.active - self.other


@dataclass
class Gpu:
    """Of jobs that finished."""

    gpu: int = 0
    jobs: int = 0
    failed_gpu: int = 0
    failed_jobs: int = 0


@dataclass
class Half:
    """One of the two periods."""

    work: Time = field(default_factory=Time)
    workers: defaultdict[int, Time] = field(default_factory=lambda: defaultdict(Time))
    buckets: defaultdict[str, Time] = field(default_factory=lambda: defaultdict(Time))
    hours: defaultdict[tuple[int, int], Time] = field(default_factory=lambda: defaultdict(Time))
    gpu: Gpu = field(default_factory=Gpu)
    gpu_of: defaultdict[tuple[str, str | int], Gpu] = field(
        default_factory=lambda: defaultdict(Gpu)
    )
    """By ("project", its name) and so on; by ("bucket", its key) and ("worker", its id), too."""


def quarters(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The quarters that [begin, end) touches, and how many milliseconds of each it takes."""
    for quarter in range(begin // QUARTER, -(-end // QUARTER)) if begin < end else ():
        yield quarter, min(end, (quarter + 1) * QUARTER) - max(begin, quarter * QUARTER)


def expected(
    tables: Tables,
    question: Question,
) -> tuple[Half, Half]:
    """The period and the one before."""
    as_of, first_day, last_day = question.as_of, question.first_day, question.last_day
    halves = Half(), Half()
    # A day too many at both ends: which day a quarter is of is for its clock to say.
    length = last_day - first_day + timedelta(days=1)
    lower = epoch(
        datetime.combine(first_day - length - timedelta(days=2), datetime.min.time(), UTC)
    )
    upper = epoch(datetime.combine(last_day + timedelta(days=2), datetime.min.time(), UTC))
    upper = min(upper, epoch(as_of))
    named = {project.id: project.name for project in tables.projects}
    scenes = {scene.id: scene for scene in tables.scenes}

    @cache
    def places(quarter: int) -> tuple[Half, Time, Time] | None:
        local = datetime.fromtimestamp(quarter * QUARTER / 1000, UTC).astimezone(question.zone)
        half = question.half(local.date())
        if half is None:
            return None
        found = halves[half]
        bucket = found.buckets[bucket_of(local.date(), question.grain)]
        return found, bucket, found.hours[local.weekday(), local.hour]

    def lay_out(what: str, worker: int, begin: int, end: int) -> None:
        for quarter, taken in quarters(max(begin, lower), min(end, upper)):
            place = places(quarter)
            if place is None:
                continue
            found, bucket, cell = place
            for time in (found.work, found.workers[worker], bucket, cell):
                setattr(time, what, getattr(time, what) + taken)

    for worker in tables.workers:
        retired = upper if worker.retired_at is None else epoch(worker.retired_at)
        lay_out("available", worker.id, epoch(worker.registered_at), retired)
    for job in tables.generation_jobs:
        scene = scenes[job.scene_id]
        project = named[scene.project_id]
        covered = question.covers(project, scene.scene_type, scene.resolution_tier)
        if job.started_at is not None and job.worker_id is not None:
            end = upper if job.finished_at is None else epoch(job.finished_at)
            what = "active" if covered else "other"
            lay_out(what, job.worker_id, epoch(job.started_at), end)
        if covered and job.status != "cancelled" and job.finished_at and job.finished_at < as_of:
            day = question.day(job.finished_at)
            half = question.half(day)
            if half is not None:
                assert job.worker_id is not None
                count(halves[half], job, {
                    "project": project,
                    "scene_type": scene.scene_type,
                    "resolution_tier": scene.resolution_tier,
                    "bucket": bucket_of(day, question.grain),
                    "worker": job.worker_id,
                })  # fmt: skip
    return halves


def count(half: Half, job: GenerationJob, kinds: dict[str, str | int]) -> None:
    gpu = job.gpu_milliseconds or 0
    failed = job.status == "failed"
    for total in (half.gpu, *(half.gpu_of[kind] for kind in kinds.items())):
        total.gpu += gpu
        total.jobs += 1
        total.failed_gpu += gpu * failed
        total.failed_jobs += failed


def epoch(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def hours(milliseconds: int) -> str:
    return fixed(Fraction(milliseconds, HOUR), 2)


def work_cells(time: Time, narrowed: bool) -> Row:
    return (
        hours(time.available),
        hours(time.active),
        *([hours(time.other)] if narrowed else []),
        hours(time.idle),
        share(time.active, time.available),
    )


def by_kind(now: Half, before: Half, kind: str, total: str) -> list[Row]:
    """The table of projects, scene types or tiers."""
    names = {str(name) for half in (now, before) for field, name in half.gpu_of if field == kind}
    ranked = sorted(names, key=lambda name: (-now.gpu_of[kind, name].gpu, name))
    lines = [(name, now.gpu_of[kind, name], before.gpu_of[kind, name]) for name in ranked]
    if lines:
        lines.append((total, now.gpu, before.gpu))
    return [
        (
            name,
            hours(mine.gpu),
            hours(earlier.gpu),
            change(mine.gpu, earlier.gpu),
            share(mine.gpu, now.gpu.gpu),
            mine.jobs,
            hours(mine.failed_gpu),
        )
        for name, mine, earlier in lines
    ]


def by_worker(tables: Tables, now: Half, before: Half, narrowed: bool) -> list[Row]:
    """The table of workers."""
    there = [
        worker
        for worker in tables.workers
        if any(half.workers[worker.id] != Time() for half in (now, before))
    ]
    there.sort(key=lambda worker: (-now.workers[worker.id].idle, worker.name))
    lines = [
        (
            worker.name,
            worker.gpu_model,
            now.workers[worker.id],
            before.workers[worker.id],
            now.gpu_of["worker", worker.id],
        )
        for worker in there
    ]
    found: list[Row] = []
    for name, model, work, earlier, gpu in [
        *lines,
        *([(f"All {len(lines)} workers", None, now.work, before.work, now.gpu)] if lines else []),
    ]:
        found.append(
            (
                name,
                model,
                *work_cells(work, narrowed),
                share(earlier.active, earlier.available),
                hours(gpu.gpu),
                gpu.jobs,
                share(gpu.failed_jobs, gpu.jobs),
            )
        )
    return found


def work_over_time(now: Half, keys: list[str], narrowed: bool) -> list[Row]:
    """The table of buckets."""
    rows: list[Row] = [
        (key, *work_cells(now.buckets[key], narrowed), hours(now.gpu_of["bucket", key].gpu))
        for key in keys
    ]
    return [*rows, ("Whole period", *work_cells(now.work, narrowed), hours(now.gpu.gpu))]


def by_hour(now: Half) -> list[Row]:
    """The table of hours: those that came, each with its seven days."""
    rows: list[Row] = []
    for hour in sorted({hour for _, hour in now.hours}):
        cells = [now.hours.get((day, hour), Time()) for day in range(7)]
        active = sum(cell.active for cell in cells)
        available = sum(cell.available for cell in cells)
        rows.append(
            (
                f"{hour:02}:00–{(hour + 1) % 24:02}:00",
                *(share(cell.active, cell.available) for cell in cells),
                share(active, available),
                hours(active),
            )
        )
    return rows
