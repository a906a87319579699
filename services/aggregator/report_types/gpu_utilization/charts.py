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
from services.aggregator.report_types.gpu_utilization.messages import say
from services.aggregator.report_types.gpu_utilization.sentences import (
    hours_words,
    share_words,
)
from services.aggregator.statistics.durations import HOUR
from shared import localized
from shared.document import (
    Chart,
)
from shared.narrowing import to_names

_BARS = 14
"""Of the workers' chart: so many names stand clear of each other."""


def work_chart(figures: Figures) -> Chart:
    active, other, idle = say("active"), say("other-work"), say("idle")
    parts = [active, *([other] if figures.scope.filters.narrowed else []), idle]
    counts = {
        (part, bucket): value / HOUR
        for bucket, work in figures.work_over_time.items()
        for part, value in (
            (active, work.active),
            (other, work.other),
            (idle, max(0, work.idle)),
        )
    }
    return stacked_bars(
        counts,
        name="work_over_time",
        title=say("work-title", grain=figures.scope.grain),
        alternative_text=say(
            "work-words",
            grain=figures.scope.grain,
            workers=len(figures.workers),
            period=_days(figures),
            available=hours_words(figures.work.available),
            share=share_words(figures.work),
        ),
        buckets=figures.scope.buckets,
        grain=figures.scope.grain,
        series=parts,
        series_title=say("work-use"),
        others=say("work-others"),
        value_title=say("work-value"),
        whole=False,
    )


def gpu_chart(figures: Figures) -> Chart:
    names = [name for name, (now, _) in figures.by("project").items() if now.gpu]
    return stacked_bars(
        {key: value / HOUR for key, value in figures.gpu_over_time.items()},
        name="gpu_over_time",
        title=say("gpu-title", grain=figures.scope.grain),
        alternative_text=say(
            "gpu-words",
            grain=figures.scope.grain,
            gpu=hours_words(figures.total.gpu),
            projects=len(names),
            period=_days(figures),
        ),
        buckets=figures.scope.buckets,
        grain=figures.scope.grain,
        series=names,
        series_title=say("column-project"),
        others=say("other-projects"),
        value_title=say("gpu-value"),
        whole=False,
        narrows=to_names("projects", {name: name for name in names}),
    )


def workers_chart(figures: Figures) -> Chart:
    working = [worker for worker in figures.workers if worker.work.available]
    ranked = sorted(working, key=lambda w: (Fraction(w.work.active, w.work.available), w.name))
    shown = ranked[:_BARS]
    name = "workers-title-some" if len(shown) < len(ranked) else "workers-title"
    least = shown[0]
    return ranked_bars(
        [(w.name, Decimal(w.work.active * 100) / w.work.available) for w in shown],
        name="worker_utilization",
        title=say(name, shown=len(shown)),
        alternative_text=say(
            "workers-words",
            workers=len(shown),
            period=_days(figures),
            least=least.name,
            share=share_words(least.work),
        ),
        subject_title=say("column-worker"),
        value_title=say("workers-value"),
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
        title=say("hours-title"),
        alternative_text=say(
            "hours-words", period=_days(figures), zone=figures.scope.period.timezone
        ),
    )


def _days(figures: Figures) -> str:
    return localized.day_range(figures.scope.period.first_day, figures.scope.period.last_day)
