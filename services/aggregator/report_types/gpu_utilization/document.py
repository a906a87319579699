"""The document that the figures of a GPU report make. Pure: equal figures, equal document."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

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
from services.aggregator.report_types.gpu_utilization.messages import say
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
from shared import localized
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

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Names of the columns of the hours of the week, in every language."""
NAME = "gpu_utilization"
TITLE = "GPU utilization"
_JOBS = Narrowing(report_type="generation_jobs")
_FAILED_JOBS = Narrowing(report_type="generation_jobs", parameters={"statuses": ("failed",)})
"""The list of the very jobs: both count a job as a whole where it finished."""


def document(figures: Figures, request: ReportRequest) -> ReportDocument:
    """The report that the figures make. Pure: the same figures give the same document."""
    return report_document(
        NAME,
        say("title"),
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
            "gpu_hours", say("kpi-gpu"), now.gpu, before.gpu,
            divisor=HOUR, places=1, unit="h", stage=stage,
        ).model_copy(update={"narrows": _JOBS}),
        ratio_kpi(
            "utilization", say("kpi-active"),
            (work.active * 100, work.available),
            (work_before.active * 100, work_before.available),
            places=1, unit="%", stage=stage, more_is=Verdict.GOOD,
        ),
        kpi(
            "idle_hours", say("kpi-idle"), work.idle, work_before.idle,
            divisor=HOUR, places=1, unit="h", stage=stage, more_is=Verdict.BAD,
        ),
        kpi(
            "failed_gpu_hours", say("kpi-failed"), now.failed_gpu, before.failed_gpu,
            divisor=HOUR, places=1, unit="h", stage=stage, more_is=Verdict.BAD,
        ).model_copy(update={"narrows": _FAILED_JOBS}),
    )  # fmt: skip


def _sections(figures: Figures) -> tuple[Section, ...]:
    """Over time, by what the jobs were for, by worker, by hour."""
    worked = figures.work.available > 0
    return (
        Section(
            title=say("section-time"),
            text=() if worked else (say("no-worker-available"),),
            charts=(work_chart(figures),) if worked else (),
            tables=(_over_time(figures),),
        ),
        Section(
            title=say("section-project"),
            charts=(gpu_chart(figures),) if figures.gpu_over_time else (),
            tables=(_by(figures, Dimension.PROJECT),),
        ),
        Section(
            title=say("section-type"),
            tables=(
                _by(figures, Dimension.SCENE_TYPE),
                _by(figures, Dimension.RESOLUTION_TIER),
            ),
        ),
        Section(
            title=say("section-workers"),
            charts=(workers_chart(figures),) if worked else (),
            tables=(_workers(figures),),
        ),
        Section(
            title=say("section-hours"),
            text=() if figures.work.active else (say("no-worker-active"),),
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
    other = (_decimal("other_hours", say("other-work")),) if narrowed else ()
    return (
        _decimal("available_hours", say("column-available")),
        _decimal("active_hours", say("active")),
        *other,
        _decimal("idle_hours", say("idle")),
        _percentage("active_percent", say("column-active-share")),
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
        title=say("table-time", grain=scope.grain),
        columns=(
            *bucket_columns(scope.grain),
            *_work_columns(narrowed),
            _decimal("gpu_hours", say("column-gpu")),
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


def _by(figures: Figures, dimension: Dimension) -> Table:
    rows = [(name, *pair) for name, pair in figures.by(dimension).items()]
    whole = (say("all-of", dimension=dimension), figures.total, figures.total_before)
    return Table(
        name=f"by_{dimension}",
        title=say("table-by", dimension=dimension),
        columns=(
            dimension.column,
            _decimal("gpu_hours", say("column-gpu")),
            _decimal("previous_gpu_hours", say("column-previous"), compares=True),
            _percentage("change_percent", say("column-change"), compares=True),
            _percentage("share_percent", say("column-share")),
            Column(name="jobs", title=say("column-jobs"), kind=Kind.INTEGER),
            _decimal("failed_gpu_hours", say("column-in-failed")),
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
        say("all-workers", count=len(workers)), "", figures.work, figures.work_before, figures.total
    )
    return Table(
        name="workers",
        title=say("table-workers"),
        columns=(
            Column(name="worker", title=say("column-worker"), kind=Kind.TEXT),
            Column(name="gpu_model", title=say("column-model"), kind=Kind.TEXT),
            *_work_columns(narrowed),
            _percentage("previous_active_percent", say("column-before"), compares=True),
            _decimal("gpu_hours", say("column-gpu")),
            Column(name="jobs", title=say("column-jobs"), kind=Kind.INTEGER),
            _percentage("failed_percent", say("column-failed")),
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
        title=say("table-hours"),
        columns=(
            Column(name="hour", title=say("column-hour"), kind=Kind.TEXT),
            *(
                _percentage(name, localized.short_weekday(number))
                for number, name in enumerate(WEEKDAYS)
            ),
            _percentage("all_days", say("column-all-days")),
            _decimal("active_hours", say("active")),
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
