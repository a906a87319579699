"""The throughput report that given figures make. Pure: the same figures, the same document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from services.aggregator.charts.lines import lines
from services.aggregator.report_types.report_type import ReportRequest, report_document
from services.aggregator.report_types.throughput_metrics.figures import Character, Figures, UnderWay
from services.aggregator.report_types.throughput_metrics.messages import say
from services.aggregator.report_types.throughput_metrics.sentences import notes, summary
from services.aggregator.scope.dimensions import ENOUGH, Dimension
from services.aggregator.scope.grain import bucket_cells, bucket_columns, whole_period_cells
from services.aggregator.statistics.durations import DAY, Spread, days
from services.aggregator.statistics.headline import change_percent, kpi, kpi_of_fractions
from services.aggregator.wording.numbers import decimal
from shared import localized
from shared.document import Cell, Chart, Column, Kind, Kpi, ReportDocument, Section, Table, Verdict
from shared.narrowing import PERIOD

NAME = "throughput_metrics"
TITLE = "Throughput"
PLACES = 2
"""Decimal places of a day in tables: a quarter of an hour."""


def document(figures: Figures, request: ReportRequest) -> ReportDocument:
    """The whole report."""
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
                title=say("section-over-time"),
                text=() if figures.now else (say("nothing-to-draw"),),
                charts=(_chart(figures, figures.now),) if figures.now else (),
            ),
            Section(
                title=say("section-where"),
                tables=tuple(_by(figures, dimension) for dimension in Dimension),
            ),
            Section(title=say("section-under-way"), tables=(_under_way(figures), _oldest(figures))),
            Section(title=say("section-slowest"), tables=(_slowest(figures),)),
            Section(title=say("section-figures"), tables=(_over_time(figures),)),
        ),
        notes=notes(figures),
    )


# Headline figures


def _kpis(figures: Figures) -> tuple[Kpi, ...]:
    now, before, stage = figures.now, figures.before, figures.scope.stage
    under_way, earlier = figures.under_way, figures.under_way_before

    def turnaround(name: str, title: str, figure: Callable[[Spread], Fraction]) -> Kpi:
        return kpi_of_fractions(
            name, title,
            figure(now) / DAY if now else None, figure(before) / DAY if before else None,
            unit=say("unit-days"), stage=stage, places=1, more_is=_slow(now, before),
        )  # fmt: skip

    return (
        turnaround("median_turnaround", say("kpi-median"), lambda spread: spread.median),
        turnaround("p90_turnaround", say("kpi-p90"), lambda spread: spread.p90),
        turnaround("mean_turnaround", say("kpi-mean"), lambda spread: spread.mean),
        kpi(
            "characters_delivered", say("kpi-delivered"),
            now.count if now else 0, before.count if before else 0,
            unit=say("unit-characters", count=now.count if now else 0),
            stage=stage, more_is=Verdict.GOOD,
        ),
        kpi(
            "under_way", say("kpi-under-way"),
            under_way.ages.count if under_way else 0, earlier.ages.count if earlier else 0,
            unit=say("unit-characters", count=under_way.ages.count if under_way else 0),
            stage=stage,
        ),
        kpi_of_fractions(
            "median_age_under_way", say("kpi-median-age"),
            under_way.ages.median / DAY if under_way else None,
            earlier.ages.median / DAY if earlier else None,
            unit=say("unit-days"), stage=stage, places=1,
            more_is=_slow(
                under_way.ages if under_way else None, earlier.ages if earlier else None
            ),
        ),
    )  # fmt: skip


def _slow(now: Spread | None, before: Spread | None) -> Verdict:
    """What longer means: bad; of a handful on either side nothing, for it moves with each one."""
    counts = [spread.count if spread else 0 for spread in (now, before)]
    return Verdict.BAD if min(counts) >= ENOUGH else Verdict.NEUTRAL


# Chart and tables

_LINES: dict[str, Callable[[Spread], Fraction]] = {
    "median": lambda spread: spread.median,
    "mean": lambda spread: spread.mean,
    "p90-title": lambda spread: spread.p90,
}


def _chart(figures: Figures, now: Spread) -> Chart:
    scope = figures.scope
    return lines(
        {
            (say(series), key): days(figure(spread), 4)
            for key, spread in figures.over_time.items()
            for series, figure in _LINES.items()
        },
        name="turnaround_over_time",
        title=say("chart-title", grain=scope.grain),
        alternative_text=say(
            "chart-words",
            grain=scope.grain,
            count=now.count,
            period=localized.day_range(scope.period.first_day, scope.period.last_day),
            median=decimal(days(now.median)),
            p90=decimal(days(now.p90)),
        ),
        buckets=scope.buckets,
        grain=scope.grain,
        series=[say(series) for series in _LINES],
        value_title=say("chart-value"),
    )


def _duration(name: str, title: str, *, compares: bool = False) -> Column:
    return Column(
        name=name,
        title=title,
        kind=Kind.DECIMAL,
        unit=say("unit-days"),
        places=PLACES,
        compares=compares,
    )


def _characters(name: str) -> Column:
    title, unit = say("column-characters"), say("unit-characters", count=2)
    return Column(name=name, title=title, kind=Kind.INTEGER, unit=unit)


def _spread_columns() -> tuple[Column, ...]:
    return (
        _characters("delivered"),
        _duration("mean_days", say("mean")),
        _duration("median_days", say("median")),
        _duration("p90_days", say("p90-title")),
    )


def _spread(spread: Spread | None) -> tuple[Cell, ...]:
    if spread is None:
        return (0, None, None, None)
    return (spread.count, *(_cell(each) for each in (spread.mean, spread.median, spread.p90)))


def _cell(milliseconds: Fraction | int) -> str:
    return str(days(milliseconds, PLACES))


def _by(figures: Figures, dimension: Dimension) -> Table:
    now: Mapping[str, Spread] = figures.now_by.get(dimension, {})
    before: Mapping[str, Spread] = figures.before_by.get(dimension, {})
    names = figures.names(dimension)
    return Table(
        name=f"by_{dimension}",
        title=say("table-by", dimension=dimension),
        columns=(
            dimension.column,
            *_spread_columns(),
            _duration("previous_median_days", say("column-median-before"), compares=True),
            Column(
                name="median_change_percent",
                title=say("column-change"),
                kind=Kind.PERCENT,
                places=1,
                compares=True,
            ),
        ),
        rows=tuple(_compared(name, now.get(name), before.get(name)) for name in names),
        total=_compared(say("all-together"), figures.now, figures.before) if names else None,
    )


def _compared(name: str, now: Spread | None, before: Spread | None) -> tuple[Cell, ...]:
    change = change_percent(now.median if now else None, before.median if before else None)
    return (
        name,
        *_spread(now),
        _cell(before.median) if before else None,
        None if change is None else str(change),
    )


def _under_way(figures: Figures) -> Table:
    found = figures.under_way_by_project
    names = sorted(found, key=lambda name: (-found[name].ages.count, name))
    return Table(
        name="under_way",
        title=say("table-under-way"),
        columns=(
            Dimension.PROJECT.column,
            _characters("under_way"),
            _duration("median_age_days", say("column-median-age")),
            _duration("oldest_days", say("column-oldest")),
            Column(
                name="overdue",
                title=say("column-overdue"),
                kind=Kind.INTEGER,
            ),
        ),
        rows=tuple(_waiting(name, found[name]) for name in names),
        total=_waiting(say("all-together"), figures.under_way) if figures.under_way else None,
    )


def _waiting(name: str, found: UnderWay) -> tuple[Cell, ...]:
    return (
        name,
        found.ages.count,
        _cell(found.ages.median),
        _cell(found.oldest),
        found.overdue,
    )


def _character_columns() -> tuple[Column, ...]:
    return (
        Column(name="character", title=say("column-character"), kind=Kind.TEXT),
        Dimension.PROJECT.column,
        Dimension.SCENE_TYPE.column,
        Dimension.RESOLUTION_TIER.column,
        Column(name="onboarded_on", title=say("column-onboarded"), kind=Kind.DATE),
    )


def _oldest(figures: Figures) -> Table:
    count = figures.under_way.ages.count if figures.under_way else 0
    return Table(
        name="oldest_under_way",
        title=say("table-oldest"),
        columns=(*_character_columns(), _duration("age_days", say("column-age"))),
        rows=tuple((*_about(one, figures), _cell(one.milliseconds)) for one in figures.oldest),
        available_rows=_cut(len(figures.oldest), count),
    )


def _slowest(figures: Figures) -> Table:
    count = figures.now.count if figures.now else 0
    return Table(
        name="slowest_deliveries",
        title=say("section-slowest"),
        columns=(
            *_character_columns(),
            Column(
                name="delivered_on",
                title=say("column-delivered-on"),
                kind=Kind.DATE,
                narrows=PERIOD,
            ),
            _duration("turnaround_days", say("column-turnaround")),
        ),
        rows=tuple(
            (
                *_about(one, figures),
                _day(one.delivered_at, figures) if one.delivered_at else None,
                _cell(one.milliseconds),
            )
            for one in figures.slowest
        ),
        available_rows=_cut(len(figures.slowest), count),
    )


def _about(one: Character, figures: Figures) -> tuple[Cell, ...]:
    onboarded = _day(one.onboarded_at, figures)
    return (one.name, one.project, one.scene_type, one.resolution_tier, onboarded)


def _day(at: datetime, figures: Figures) -> str:
    """By the clocks of the period's timezone."""
    return at.astimezone(ZoneInfo(figures.scope.period.timezone)).date().isoformat()


def _cut(shown: int, available: int) -> int | None:
    return available if available > shown else None


def _over_time(figures: Figures) -> Table:
    scope = figures.scope
    return Table(
        name="over_time",
        title=say("chart-title", grain=scope.grain),
        columns=(
            *bucket_columns(scope.grain),
            *_spread_columns(),
        ),
        rows=tuple(
            (*bucket_cells(bucket, scope.grain), *_spread(figures.over_time.get(bucket.key)))
            for bucket in scope.buckets
        ),
        total=(*whole_period_cells(scope.period, scope.grain), *_spread(figures.now)),
    )
