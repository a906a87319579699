"""The document that the figures of a GPU report make. Pure: equal figures, equal document."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from services.aggregator.charts.heat_map import WEEKDAYS
from services.aggregator.report_types.gpu_utilization.charts import (
    gpu_chart,
    hours_chart,
    work_chart,
    workers_chart,
)
from services.aggregator.report_types.gpu_utilization.figures import (
    Figures,
    GpuTime,
    Worker,
    WorkTime,
)
from services.aggregator.report_types.gpu_utilization.sentences import (
    clock,
    notes,
    summary,
)
from services.aggregator.report_types.report_type import ReportRequest, report_document
from services.aggregator.scope.dimensions import Dimension
from services.aggregator.scope.grain import bucket_cells, bucket_columns, whole_period_cells
from services.aggregator.statistics.durations import HOUR
from services.aggregator.statistics.headline import kpi
from services.aggregator.statistics.ratio import ratio_kpi
from services.aggregator.statistics.rounding import percentage, quotient
from shared.document import (
    Column,
    Kind,
    Kpi,
    ReportDocument,
    Section,
    Table,
    Verdict,
    compare,
)
from shared.narrowing import Narrowing

MOST_WORKERS = 200
"""Rows of the workers' table; the total is of all, whatever is shown."""

NAME = "gpu_utilization"
TITLE = "GPU utilization"
_JOBS = Narrowing(report_type="generation_jobs")
_FAILED_JOBS = Narrowing(report_type="generation_jobs", parameters={"statuses": ("failed",)})
"""The list of the very jobs: both count a job as a whole where it finished."""


def document(figures: Figures, request: ReportRequest) -> ReportDocument:
    """The report that the figures make. Pure: the same figures give the same document."""
    return report_document(
        NAME,
        TITLE,
        request,
        figures.scope.as_of,
        summary=summary(figures),
        kpis=_kpis(figures),
        covered_before=figures.scope.progress.covered_before(figures.first_finish),
        sections=_sections(figures),
        notes=notes(figures),
    )


def _kpis(figures: Figures) -> tuple[Kpi, ...]:
    """GPU hours, the active share, idle hours, and what failed jobs took."""
    now, before, stage = figures.total, figures.total_before, figures.scope.stage
    work, work_before = figures.work, figures.work_before
    return (
        kpi(
            "gpu_hours", "GPU hours", now.gpu, before.gpu,
            divisor=HOUR, places=1, unit="h", stage=stage,
        ).model_copy(update={"narrows": _JOBS}),
        ratio_kpi(
            "utilization", "Active share",
            (work.active * 100, work.available),
            (work_before.active * 100, work_before.available),
            places=1, unit="%", stage=stage, more_is=Verdict.GOOD,
        ),
        kpi(
            "idle_hours", "Idle hours", work.idle, work_before.idle,
            divisor=HOUR, places=1, unit="h", stage=stage, more_is=Verdict.BAD,
        ),
        kpi(
            "failed_gpu_hours", "GPU hours in failed jobs", now.failed_gpu, before.failed_gpu,
            divisor=HOUR, places=1, unit="h", stage=stage, more_is=Verdict.BAD,
        ).model_copy(update={"narrows": _FAILED_JOBS}),
    )  # fmt: skip


def _sections(figures: Figures) -> tuple[Section, ...]:
    """Over time, by what the jobs were for, by worker, by hour."""
    worked = figures.work.available > 0
    return (
        Section(
            title="Active and idle time",
            text=() if worked else ("No worker was available.",),
            charts=(work_chart(figures),) if worked else (),
            tables=(_over_time(figures),),
        ),
        Section(
            title="GPU hours by project",
            charts=(gpu_chart(figures),) if figures.gpu_over_time else (),
            tables=(_by(figures, Dimension.PROJECT, "All projects"),),
        ),
        Section(
            title="GPU hours by scene type and resolution tier",
            tables=(
                _by(figures, Dimension.SCENE_TYPE, "All scene types"),
                _by(figures, Dimension.RESOLUTION_TIER, "All tiers"),
            ),
        ),
        Section(
            title="Workers",
            charts=(workers_chart(figures),) if worked else (),
            tables=(_workers(figures),),
        ),
        Section(
            title="Busiest hours",
            text=() if figures.work.active else ("No worker was active.",),
            charts=(hours_chart(figures),) if figures.work.active else (),
            tables=(_hours(figures),),
        ),
    )


# Cells


def _hours_cell(milliseconds: int) -> str:
    return str(quotient(milliseconds, HOUR, 2))


def _percent_cell(part: int, whole: int) -> str | None:
    found = percentage(part, whole)
    return None if found is None else str(found)


def _decimal(name: str, title: str, *, compares: bool = False) -> Column:
    return Column(name=name, title=title, kind=Kind.DECIMAL, unit="h", places=1, compares=compares)


def _percentage(name: str, title: str, *, compares: bool = False) -> Column:
    return Column(name=name, title=title, kind=Kind.PERCENT, places=1, compares=compares)


# Active and idle time


def _work_columns(narrowed: bool) -> tuple[Column, ...]:
    other = (_decimal("other_hours", "Other work"),) if narrowed else ()
    return (
        _decimal("available_hours", "Available"),
        _decimal("active_hours", "Active"),
        *other,
        _decimal("idle_hours", "Idle"),
        _percentage("active_percent", "Active share"),
    )


def _work_cells(work: WorkTime, narrowed: bool) -> tuple[str | None, ...]:
    return (
        _hours_cell(work.available),
        _hours_cell(work.active),
        *((_hours_cell(work.other),) if narrowed else ()),
        _hours_cell(work.idle),
        _percent_cell(work.active, work.available),
    )


def _over_time(figures: Figures) -> Table:
    scope = figures.scope
    narrowed = scope.filters.narrowed
    by_bucket = dict.fromkeys((bucket.key for bucket in scope.buckets), 0)
    for (_, key), gpu in figures.gpu_over_time.items():
        by_bucket[key] += gpu
    return Table(
        name="over_time",
        title=f"Time of all workers by {scope.grain}",
        columns=(
            *bucket_columns(scope.grain),
            *_work_columns(narrowed),
            _decimal("gpu_hours", "GPU time"),
        ),
        rows=tuple(
            (
                *bucket_cells(bucket, scope.grain),
                *_work_cells(figures.work_over_time[bucket.key], narrowed),
                _hours_cell(by_bucket[bucket.key]),
            )
            for bucket in scope.buckets
        ),
        total=(
            *whole_period_cells(scope.period, scope.grain),
            *_work_cells(figures.work, narrowed),
            _hours_cell(figures.total.gpu),
        ),
    )


# By what the jobs were for


def _by(figures: Figures, dimension: Dimension, total: str) -> Table:
    rows = [(name, *pair) for name, pair in figures.by(dimension).items()]
    whole = (total, figures.total, figures.total_before)
    return Table(
        name=f"by_{dimension}",
        title=f"GPU hours by {dimension.noun}",
        columns=(
            dimension.column,
            _decimal("gpu_hours", "GPU time"),
            _decimal("previous_gpu_hours", "Period before", compares=True),
            _percentage("change_percent", "Change", compares=True),
            _percentage("share_percent", "Share"),
            Column(name="jobs", title="Jobs", kind=Kind.INTEGER),
            _decimal("failed_gpu_hours", "In failed jobs"),
        ),
        rows=tuple(_gpu_row(*row, whole=figures.total.gpu) for row in rows),
        total=_gpu_row(*whole, whole=figures.total.gpu) if rows else None,
    )


def _gpu_row(name: str, now: GpuTime, before: GpuTime, *, whole: int) -> tuple[Any, ...]:
    _, change, _ = compare(Decimal(now.gpu), Decimal(before.gpu), more_is=Verdict.NEUTRAL)
    return (
        name,
        _hours_cell(now.gpu),
        _hours_cell(before.gpu),
        None if change is None else str(change),
        _percent_cell(now.gpu, whole),
        now.jobs,
        _hours_cell(now.failed_gpu),
    )


# Workers


def _ranked(workers: Iterable[Worker]) -> list[Worker]:
    """Most idle hours first: those are the ones to look at."""
    return sorted(workers, key=lambda worker: (-worker.work.idle, worker.name))


def _workers(figures: Figures) -> Table:
    narrowed = figures.scope.filters.narrowed
    workers = _ranked(figures.workers)
    shown = workers[:MOST_WORKERS]
    rows = [_worker_row(worker, narrowed) for worker in shown]
    everyone = Worker(
        f"All {len(workers):,} workers", "", figures.work, figures.work_before, figures.total
    )
    return Table(
        name="workers",
        title="Workers, most idle first",
        columns=(
            Column(name="worker", title="Worker", kind=Kind.TEXT),
            Column(name="gpu_model", title="GPU", kind=Kind.TEXT),
            *_work_columns(narrowed),
            _percentage("previous_active_percent", "Before", compares=True),
            _decimal("gpu_hours", "GPU time"),
            Column(name="jobs", title="Jobs", kind=Kind.INTEGER),
            _percentage("failed_percent", "Failed"),
        ),
        rows=tuple(rows),
        total=_worker_row(everyone, narrowed) if rows else None,
        available_rows=len(workers) if len(workers) > len(shown) else None,
    )


def _worker_row(worker: Worker, narrowed: bool) -> tuple[Any, ...]:
    before, gpu = worker.work_before, worker.gpu
    return (
        worker.name,
        worker.gpu_model or None,
        *_work_cells(worker.work, narrowed),
        _percent_cell(before.active, before.available),
        _hours_cell(gpu.gpu),
        gpu.jobs,
        _percent_cell(gpu.failed_jobs, gpu.jobs),
    )


# Hours


def _hours(figures: Figures) -> Table:
    week = figures.hours_of_week
    return Table(
        name="hours",
        title="Active share of available time, by hour and day of the week",
        columns=(
            Column(name="hour", title="Hour", kind=Kind.TEXT),
            *(_percentage(day.lower(), day[:3]) for day in WEEKDAYS),
            _percentage("all_days", "All days"),
            _decimal("active_hours", "Active"),
        ),
        rows=tuple(
            (
                clock(hour),
                *(
                    _percent_cell(cell.active, cell.available)
                    for cell in (week.get((day, hour), WorkTime()) for day in range(7))
                ),
                _percent_cell(whole.active, whole.available),
                _hours_cell(whole.active),
            )
            for hour, whole in figures.hours_of_day.items()
            if whole.available or whole.active
        ),
    )
