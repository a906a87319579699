"""What a GPU report is made from: whole milliseconds by project, worker, bucket and hour.

GPU time is a job's `gpu_milliseconds` and counts as a whole at the instant at which the job
finished: the source does not say when within its run the GPU computed. Active time is how long
a worker had a job; it is cut at every boundary, so that a job over midnight is active on both
days. The two are therefore not of the same jobs, and each adds up by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from services.aggregator.report_types.gpu_utilization.hours import LocalHour
from services.aggregator.scope.scope import Scope


@dataclass(frozen=True)
class GpuTime:
    """Of some jobs that finished; milliseconds."""

    gpu: int = 0
    jobs: int = 0
    """Those that succeeded and those that failed."""
    failed_gpu: int = 0
    """Of `gpu`, what jobs without a result took."""
    failed_jobs: int = 0

    def __add__(self, other: GpuTime) -> GpuTime:
        return GpuTime(
            self.gpu + other.gpu,
            self.jobs + other.jobs,
            self.failed_gpu + other.failed_gpu,
            self.failed_jobs + other.failed_jobs,
        )


@dataclass(frozen=True)
class WorkTime:
    """Of some workers in some stretch of time; milliseconds."""

    available: int = 0
    active: int = 0
    """With a job that the report covers."""
    other: int = 0
    """With any other job; always 0 in a report without filters."""

    @property
    def idle(self) -> int:
        """The rest. Below zero where the source has a worker at work that is not in service."""
        return self.available - self.active - self.other

    def __add__(self, more: WorkTime) -> WorkTime:
        return WorkTime(
            self.available + more.available, self.active + more.active, self.other + more.other
        )


@dataclass(frozen=True)
class Kind:
    """What a job is for: its scene's project, type and tier."""

    project: str
    scene_type: str
    resolution_tier: str


@dataclass(frozen=True)
class Worker:
    """One worker in the period and in the one before."""

    name: str
    """Unique within a report."""
    gpu_model: str
    work: WorkTime
    work_before: WorkTime
    gpu: GpuTime
    """Of the jobs that the report covers and that finished in the period."""


@dataclass(frozen=True)
class Figures:
    """What the source said, and all that the document is made from."""

    scope: Scope
    gpu: Mapping[Kind, GpuTime]
    gpu_before: Mapping[Kind, GpuTime]
    gpu_over_time: Mapping[tuple[str, str], int]
    """GPU milliseconds by (project, bucket key); what is missing is zero."""
    workers: Sequence[Worker]
    """Those that were available in either period or had a job."""
    hours: Sequence[tuple[LocalHour, WorkTime]]
    """The period up to the as-of time, hour by hour in order of time, of all workers together."""
    work_over_time: Mapping[str, WorkTime]
    """The same by bucket key, every bucket included."""
    cancelled: int = 0
    """Jobs of the report that were cancelled in the period before they began."""
    running: int = 0
    """Jobs of the report that had begun when the period ended (or at the as-of time)."""
    first_finish: datetime | None = None
    """When the first job of the whole source finished, whatever its project."""
    compared_at: datetime | None = None
    """See `Rollups`."""

    @cached_property
    def total(self) -> GpuTime:
        """Of the period."""
        return sum(self.gpu.values(), GpuTime())

    @cached_property
    def total_before(self) -> GpuTime:
        """Of the period before."""
        return sum(self.gpu_before.values(), GpuTime())

    @cached_property
    def work(self) -> WorkTime:
        """Of all workers in the period."""
        return sum((worker.work for worker in self.workers), WorkTime())

    @cached_property
    def work_before(self) -> WorkTime:
        """Of all workers in the period before."""
        return sum((worker.work_before for worker in self.workers), WorkTime())

    def by(self, field: str) -> dict[str, tuple[GpuTime, GpuTime]]:
        """The period and the one before by a field of `Kind`: the most GPU time first."""
        now, before = _grouped(self.gpu.items(), field), _grouped(self.gpu_before.items(), field)
        names = sorted({*now, *before}, key=lambda name: (-now.get(name, GpuTime()).gpu, name))
        return {name: (now.get(name, GpuTime()), before.get(name, GpuTime())) for name in names}

    @cached_property
    def hours_of_week(self) -> dict[tuple[int, int], WorkTime]:
        """By (weekday, hour) of the local clock; only what came in the period."""
        found: dict[tuple[int, int], WorkTime] = {}
        for hour, work in self.hours:
            cell = hour.weekday, hour.hour
            found[cell] = found.get(cell, WorkTime()) + work
        return found

    @cached_property
    def hours_of_day(self) -> dict[int, WorkTime]:
        """By hour of the local clock."""
        found: dict[int, WorkTime] = {}
        for (_, hour), work in self.hours_of_week.items():
            found[hour] = found.get(hour, WorkTime()) + work
        return dict(sorted(found.items()))


def _grouped(times: Iterable[tuple[Kind, GpuTime]], field: str) -> dict[str, GpuTime]:
    found: dict[str, GpuTime] = {}
    for kind, time in times:
        name = getattr(kind, field)
        found[name] = found.get(name, GpuTime()) + time
    return found
