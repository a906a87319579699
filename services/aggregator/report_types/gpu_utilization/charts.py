"""The charts of a GPU report."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from services.aggregator.charts.heat_map import hours_of_week
from services.aggregator.charts.ranked_bars import ranked_bars
from services.aggregator.charts.stacked_bars import stacked_bars
from services.aggregator.report_types.gpu_utilization.figures import (
    Figures,
)
from services.aggregator.report_types.gpu_utilization.sentences import (
    hours_words,
    share_words,
)
from services.aggregator.statistics.durations import HOUR
from services.aggregator.wording.numbers import counted
from shared.document import (
    Chart,
)
from shared.narrowing import to_names

_BARS = 14
"""Of the workers' chart: so many names stand clear of each other."""


def work_chart(figures: Figures) -> Chart:
    parts = ["Active", *(["Other work"] if figures.scope.filters.narrowed else []), "Idle"]
    counts = {
        (part, bucket): value / HOUR
        for bucket, work in figures.work_over_time.items()
        for part, value in (
            ("Active", work.active),
            ("Other work", work.other),
            ("Idle", max(0, work.idle)),
        )
    }
    return stacked_bars(
        counts,
        name="work_over_time",
        title=f"Hours of all workers per {figures.scope.grain}",
        alternative_text=(
            f"Stacked bars, one per {figures.scope.grain}: active and idle hours of "
            f"{counted(len(figures.workers), 'worker')} in {_days(figures)}. Of "
            f"{hours_words(figures.work.available)} available hours {share_words(figures.work)} "
            "were active."
        ),
        buckets=figures.scope.buckets,
        grain=figures.scope.grain,
        series=parts,
        series_title="Use",
        value_title="Hours",
        whole=False,
    )


def gpu_chart(figures: Figures) -> Chart:
    names = [name for name, (now, _) in figures.by("project").items() if now.gpu]
    return stacked_bars(
        {key: value / HOUR for key, value in figures.gpu_over_time.items()},
        name="gpu_over_time",
        title=f"GPU hours per {figures.scope.grain}",
        alternative_text=(
            f"Stacked bars, one per {figures.scope.grain}, by project: "
            f"{hours_words(figures.total.gpu)} GPU hours of {counted(len(names), 'project')} in "
            f"{_days(figures)}."
        ),
        buckets=figures.scope.buckets,
        grain=figures.scope.grain,
        series=names,
        series_title="Project",
        value_title="GPU hours",
        whole=False,
        narrows=to_names("projects", {name: name for name in names}),
    )


def workers_chart(figures: Figures) -> Chart:
    working = [worker for worker in figures.workers if worker.work.available]
    ranked = sorted(working, key=lambda w: (Fraction(w.work.active, w.work.available), w.name))
    shown = ranked[:_BARS]
    some = f"The {_BARS} least active workers" if len(shown) < len(ranked) else "Workers"
    least = shown[0]
    return ranked_bars(
        [(w.name, Decimal(w.work.active * 100) / w.work.available) for w in shown],
        name="worker_utilization",
        title=f"{some}, least active first",
        alternative_text=(
            f"Lying bars, one for each of {counted(len(shown), 'worker')}: the active share of "
            f"its available time in {_days(figures)}. The least active is {least.name} with "
            f"{share_words(least.work)}."
        ),
        subject_title="Worker",
        value_title="Active share of available time (%)",
        value_format=",~r",
    )


def hours_chart(figures: Figures) -> Chart:
    shares = {
        cell: Decimal(work.active * 100) / work.available
        for cell, work in figures.hours_of_week.items()
        if work.available
    }
    return hours_of_week(
        shares,
        name="hours_of_week",
        title="Active share of available time, by hour of the week",
        alternative_text=(
            "A map of the week, a row per day and a column per hour, the darker the larger the "
            f"active share of the available time in {_days(figures)}, by the clocks of "
            f"{figures.scope.period.timezone}."
        ),
    )


def _days(figures: Figures) -> str:
    return figures.scope.period.words
