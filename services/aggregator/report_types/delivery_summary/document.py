"""The delivery summary that given figures make. Pure: the same figures, the same document."""

from __future__ import annotations

from decimal import Decimal

from services.aggregator.charts.stacked_bars import stacked_bars
from services.aggregator.report_types.delivery_summary.figures import Figures
from services.aggregator.report_types.delivery_summary.messages import say
from services.aggregator.report_types.delivery_summary.sentences import notes, summary
from services.aggregator.report_types.report_type import ReportRequest, report_document
from services.aggregator.scope.dimensions import Dimension
from services.aggregator.statistics.headline import kpi
from services.aggregator.statistics.rounding import percentage
from shared import localized
from shared.document import (
    Cell,
    Chart,
    Column,
    Kind,
    Kpi,
    ReportDocument,
    Section,
    Table,
    Verdict,
    compare,
)
from shared.narrowing import to_names

NAME = "delivery_summary"
TITLE = "Delivery summary"


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
                text=() if figures.total else (say("nothing-to-draw"),),
                charts=(_chart(figures),) if figures.total else (),
            ),
            Section(title=say("table-title"), tables=(_table(figures),)),
        ),
        notes=notes(figures),
    )


def _kpis(figures: Figures) -> tuple[Kpi, ...]:
    total, previous, days = figures.total, figures.previous_total, figures.scope.period.days
    begun, stage = figures.scope.progress.days_begun, figures.scope.stage
    return (
        kpi(
            "characters_delivered", say("kpi-delivered"), total, previous,
            unit=say("unit-characters", count=total), stage=stage, more_is=Verdict.GOOD,
        ),
        kpi(
            "delivered_per_day", say("kpi-per-day"),
            # On a common denominator.
            total * days, previous * begun, divisor=begun * days, places=2,
            unit=say("unit-characters", count=2), stage=stage, more_is=Verdict.GOOD,
        ),
        kpi(
            "projects_delivering", say("kpi-projects"),
            len(figures.by_project), len(figures.previous),
            unit=say("unit-projects", count=len(figures.by_project)), stage=stage,
        ),
        kpi(
            "in_production", say("kpi-in-production"),
            figures.in_production, figures.in_production_before,
            unit=say("unit-characters", count=figures.in_production), stage=stage,
        ),
    )  # fmt: skip


def _chart(figures: Figures) -> Chart:
    scope = figures.scope
    delivering = [name for name in figures.projects if name in figures.by_project]
    peak = max(scope.buckets, key=lambda bucket: figures.by_bucket[bucket.key])
    return stacked_bars(
        figures.delivered,
        name="delivered_over_time",
        title=say("chart-title", grain=scope.grain),
        alternative_text=say(
            "chart-words",
            grain=scope.grain,
            count=figures.total,
            projects=len(delivering),
            period=localized.day_range(scope.period.first_day, scope.period.last_day),
            peak=peak.words,
            most=figures.by_bucket[peak.key],
        ),
        buckets=scope.buckets,
        grain=scope.grain,
        series=delivering,
        series_title=say("column-project"),
        others=say("other-projects"),
        value_title=say("chart-value"),
        narrows=to_names("projects", {name: name for name in delivering}),
    )


def _columns(with_year: bool) -> tuple[Column, ...]:
    # Units are in the table's title: beside each heading they would leave the names no room.
    columns = (
        Dimension.PROJECT.column,
        Column(name="delivered", title=say("column-delivered"), kind=Kind.INTEGER),
        Column(name="previous", title=say("column-previous"), kind=Kind.INTEGER, compares=True),
        Column(
            name="change_percent",
            title=say("column-change"),
            kind=Kind.PERCENT,
            places=1,
            compares=True,
        ),
        Column(name="share_percent", title=say("column-share"), kind=Kind.PERCENT, places=1),
    )
    if not with_year:
        return columns
    # Last, so that the others keep their places whether or not the data reach so far.
    year_change = say("column-year-change")
    return (
        *columns,
        Column(name="year_before", title=say("column-year-before"), kind=Kind.INTEGER),
        Column(name="year_change_percent", title=year_change, kind=Kind.PERCENT, places=1),
    )


def _table(figures: Figures) -> Table:
    return Table(
        name="by_project",
        title=say("table-title"),
        columns=_columns(figures.year_before is not None),
        rows=tuple(
            _row(
                name,
                figures.by_project.get(name, 0),
                figures.previous.get(name, 0),
                figures.year_before.delivered.get(name, 0) if figures.year_before else None,
                figures,
            )
            for name in figures.projects
        ),
        total=_row(
            say("all-projects"),
            figures.total,
            figures.previous_total,
            figures.year_before.total if figures.year_before else None,
            figures,
        )
        if figures.projects
        else None,
    )


def _row(
    name: str, now: int, before: int, year_before: int | None, figures: Figures
) -> tuple[Cell, ...]:
    share = percentage(now, figures.total)
    cells = (name, now, before, _change(now, before), None if share is None else str(share))
    return cells if year_before is None else (*cells, year_before, _change(now, year_before))


def _change(now: int, before: int) -> str | None:
    _, change, _ = compare(Decimal(now), Decimal(before), more_is=Verdict.GOOD)
    return None if change is None else str(change)
