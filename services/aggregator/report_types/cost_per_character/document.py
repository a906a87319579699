"""The cost report that given figures make. Pure: the same figures, the same document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from zoneinfo import ZoneInfo

from services.aggregator.charts.lines import lines
from services.aggregator.charts.ranked_bars import MOST_BARS, ranked_bars
from services.aggregator.report_types.cost_per_character.figures import Cost, Figures
from services.aggregator.report_types.cost_per_character.messages import say
from services.aggregator.report_types.cost_per_character.sentences import notes, summary
from services.aggregator.report_types.report_type import ReportRequest, report_document
from services.aggregator.scope.dimensions import ENOUGH, Dimension
from services.aggregator.scope.grain import bucket_cells, bucket_columns, whole_period_cells
from services.aggregator.statistics.durations import DAY, HOUR, days, hours
from services.aggregator.statistics.headline import change_percent, kpi, kpi_of_fractions
from services.aggregator.statistics.rounding import rounded
from shared import localized
from shared.document import Cell, Chart, Column, Kind, Kpi, ReportDocument, Section, Table, Verdict
from shared.narrowing import PERIOD, to_names
from shared.plain_words import told_apart

NAME = "cost_per_character"
TITLE = "Cost per character"
PLACES = 2
"""Decimal places of hours and days in tables, and of money: of a currency's usual hundredth."""


def document(figures: Figures, request: ReportRequest) -> ReportDocument:
    """The whole report."""
    now = figures.now
    return report_document(
        NAME,
        say("title"),
        request,
        figures.scope.as_of,
        summary=summary(figures),
        kpis=_kpis(figures),
        covered_before=figures.scope.progress.covered_before(figures.first_delivery),
        sections=(
            Section(
                title=say("section-types"),
                text=() if now else (say("nothing-to-draw"),),
                charts=tuple(_dearest_types(figures)),
                tables=(_by(figures, Dimension.SCENE_TYPE),),
            ),
            Section(
                title=say("section-over-time"),
                text=() if now else (say("nothing-to-draw"),),
                charts=(_chart(figures, now),) if now else (),
            ),
            Section(
                title=say("section-by"),
                tables=(
                    _by(figures, Dimension.RESOLUTION_TIER),
                    _by(figures, Dimension.PROJECT),
                ),
            ),
            Section(title=say("section-dearest"), tables=(_dearest(figures),)),
            Section(title=say("section-figures"), tables=(_over_time(figures),)),
        ),
        notes=notes(figures),
    )


# Headline figures


def _kpis(figures: Figures) -> Iterator[Kpi]:
    now, before, stage, rate = figures.now, figures.before, figures.scope.stage, figures.rate
    # Where earlier jobs are missing, a movement is that of the data, not of the studio.
    # And a mean of a handful moves with every single one.
    few = min(now.count if now else 0, before.count if before else 0) < ENOUGH
    slow = Verdict.NEUTRAL if few else Verdict.BAD
    dear = slow if figures.comparable else Verdict.NEUTRAL
    gpu = now.mean_gpu if now else None, before.mean_gpu if before else None
    whole = Fraction(now.gpu if now else 0), Fraction(before.gpu if before else 0)
    if rate is not None:
        yield kpi_of_fractions(
            "cost_per_character", say("kpi-cost-each"),
            *(None if each is None else rate.of(each) for each in gpu),
            unit=rate.currency, stage=stage, places=PLACES, more_is=dear,
        )  # fmt: skip
    yield kpi_of_fractions(
        "gpu_hours_per_character", say("kpi-gpu-each"),
        *(None if each is None else each / HOUR for each in gpu),
        unit="h", stage=stage, places=1, more_is=dear,
    )  # fmt: skip
    yield kpi_of_fractions(
        "worker_hours_per_character", say("kpi-on-workers"),
        now.mean_workers / HOUR if now else None, before.mean_workers / HOUR if before else None,
        unit="h", stage=stage, places=1, more_is=dear,
    )  # fmt: skip
    yield kpi_of_fractions(
        "days_to_delivery", say("kpi-to-delivery"),
        now.mean_to_delivery / DAY if now else None,
        before.mean_to_delivery / DAY if before else None,
        unit=say("unit-days"), stage=stage, places=1, more_is=slow,
    )  # fmt: skip
    yield kpi(
        "characters_delivered", say("kpi-delivered"),
        now.count if now else 0, before.count if before else 0,
        unit=say("unit-characters", count=now.count if now else 0),
        stage=stage, more_is=Verdict.GOOD,
    )  # fmt: skip
    if rate is not None:
        yield kpi_of_fractions(
            "cost", say("kpi-cost", currency=rate.currency), *(rate.of(each) for each in whole),
            unit=rate.currency, stage=stage, places=PLACES, grows=True,
        )  # fmt: skip
    yield kpi_of_fractions(
        "gpu_hours", say("kpi-gpu"), *(each / HOUR for each in whole),
        unit="h", stage=stage, places=1, grows=True,
    )  # fmt: skip
    yield kpi_of_fractions(
        "repeated_percent", say("kpi-repeated"),
        now.repeated_percent if now else None, before.repeated_percent if before else None,
        unit="%", stage=stage, places=1, more_is=dear,
    )  # fmt: skip


# Charts


def _dearest_types(figures: Figures) -> Iterator[Chart]:
    now = figures.now_by.get(Dimension.SCENE_TYPE, {})
    ranked = [name for name in figures.names(Dimension.SCENE_TYPE) if name in now][:MOST_BARS]
    if not ranked:
        return
    words = told_apart(ranked)
    yield ranked_bars(
        [(words[name], hours(now[name].mean_gpu, 4)) for name in ranked],
        name="gpu_hours_by_scene_type",
        title=say("types-title"),
        alternative_text=say(
            "types-words",
            types=", ".join(f"{words[name]} {_hours(now[name].mean_gpu)}" for name in ranked),
        ),
        subject_title=say("dimension-title", dimension=Dimension.SCENE_TYPE),
        value_title=say("types-value"),
        narrows=to_names("scene_types", {words[name]: name for name in ranked}),
    )


def _hours(milliseconds: Fraction) -> str:
    """With one decimal place."""
    return localized.number(f"{hours(milliseconds):,}")


def _chart(figures: Figures, now: Cost) -> Chart:
    scope = figures.scope
    gpu, workers = say("gpu-time"), say("time-on-workers")
    drawn = {
        (series, key): hours(mean, 4)
        for key, cost in figures.over_time.items()
        for series, mean in ((gpu, cost.mean_gpu), (workers, cost.mean_workers))
    }
    return lines(
        drawn,
        name="cost_over_time",
        title=say("chart-title", grain=scope.grain),
        alternative_text=say(
            "chart-words",
            grain=scope.grain,
            count=now.count,
            period=localized.day_range(scope.period.first_day, scope.period.last_day),
            gpu=_hours(now.mean_gpu),
            workers=_hours(now.mean_workers),
        ),
        buckets=scope.buckets,
        grain=scope.grain,
        series=[gpu, workers],
        value_title=say("chart-value"),
    )


# Tables


def _decimal(name: str, title: str, unit: str, *, compares: bool = False) -> Column:
    return Column(
        name=name, title=title, kind=Kind.DECIMAL, unit=unit, places=PLACES, compares=compares
    )


def _cost_columns() -> tuple[Column, ...]:
    characters, unit = say("column-characters"), say("unit-characters", count=2)
    repeated = say("column-repeated")
    return (
        Column(name="delivered", title=characters, kind=Kind.INTEGER, unit=unit),
        _decimal("gpu_hours", say("gpu-time"), "h"),
        _decimal("worker_hours", say("column-on-workers"), "h"),
        _decimal("days_to_delivery", say("column-to-delivery"), say("unit-days")),
        Column(name="repeated_percent", title=repeated, kind=Kind.PERCENT, places=1),
    )


def _cost(cost: Cost | None) -> tuple[Cell, ...]:
    """The cells of `_cost_columns`, each per character but the first."""
    if cost is None:
        return (0, None, None, None, None)
    repeated = cost.repeated_percent
    return (
        cost.count,
        str(hours(cost.mean_gpu, PLACES)),
        str(hours(cost.mean_workers, PLACES)),
        str(days(cost.mean_to_delivery, PLACES)),
        None if repeated is None else str(rounded(repeated, 1)),
    )


def _money_columns(figures: Figures) -> tuple[Column, ...]:
    return (_decimal("cost", say("column-cost"), figures.rate.currency),) if figures.rate else ()


def _money(figures: Figures, gpu: Fraction | int | None) -> tuple[Cell, ...]:
    if figures.rate is None:
        return ()
    return (None if gpu is None else str(rounded(figures.rate.of(gpu), PLACES)),)


def _by(figures: Figures, dimension: Dimension) -> Table:
    now: Mapping[str, Cost] = figures.now_by.get(dimension, {})
    before: Mapping[str, Cost] = figures.before_by.get(dimension, {})
    names = figures.names(dimension)
    return Table(
        name=f"by_{dimension}",
        title=say("table-by", dimension=dimension),
        columns=(
            dimension.column,
            *_cost_columns(),
            _decimal("previous_gpu_hours", say("column-gpu-before"), "h", compares=True),
            Column(
                name="change_percent",
                title=say("column-change"),
                kind=Kind.PERCENT,
                places=1,
                compares=True,
            ),
            *_money_columns(figures),
        ),
        rows=tuple(_compared(name, now.get(name), before.get(name), figures) for name in names),
        total=_compared(say("all-together"), figures.now, figures.before, figures)
        if names
        else None,
    )


def _compared(
    name: str, now: Cost | None, before: Cost | None, figures: Figures
) -> tuple[Cell, ...]:
    gpu, earlier = now.mean_gpu if now else None, before.mean_gpu if before else None
    change = change_percent(gpu, earlier)
    return (
        name,
        *_cost(now),
        None if earlier is None else str(hours(earlier, PLACES)),
        None if change is None else str(change),
        *_money(figures, gpu),
    )


def _dearest(figures: Figures) -> Table:
    available = figures.now.count if figures.now else 0
    zone = ZoneInfo(figures.scope.period.timezone)
    return Table(
        name="dearest_characters",
        title=say("section-dearest"),
        columns=(
            Column(name="character", title=say("column-character"), kind=Kind.TEXT),
            Dimension.PROJECT.column,
            Dimension.SCENE_TYPE.column,
            Dimension.RESOLUTION_TIER.column,
            Column(
                name="delivered_on",
                title=say("column-delivered-on"),
                kind=Kind.DATE,
                narrows=PERIOD,
            ),
            Column(name="jobs", title=say("column-jobs"), kind=Kind.INTEGER, unit=say("unit-jobs")),
            _decimal("gpu_hours", say("gpu-time"), "h"),
            *_money_columns(figures),
        ),
        rows=tuple(
            (
                one.name,
                one.project,
                one.scene_type,
                one.resolution_tier,
                one.delivered_at.astimezone(zone).date().isoformat(),
                one.jobs,
                str(hours(one.gpu, PLACES)),
                *_money(figures, one.gpu),
            )
            for one in figures.dearest
        ),
        available_rows=available if available > len(figures.dearest) else None,
    )


def _over_time(figures: Figures) -> Table:
    scope = figures.scope
    return Table(
        name="over_time",
        title=say("table-over-time", grain=scope.grain),
        columns=(
            *bucket_columns(scope.grain),
            *_cost_columns(),
            *_money_columns(figures),
        ),
        rows=tuple(
            (
                *bucket_cells(bucket, scope.grain),
                *_cost(cost := figures.over_time.get(bucket.key)),
                *_money(figures, cost.mean_gpu if cost else None),
            )
            for bucket in scope.buckets
        ),
        total=(
            *whole_period_cells(scope.period, scope.grain),
            *_cost(figures.now),
            *_money(figures, figures.now.mean_gpu if figures.now else None),
        ),
    )
