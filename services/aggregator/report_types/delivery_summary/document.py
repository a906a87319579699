"""The delivery summary that given figures make. Pure: the same figures, the same document."""

from __future__ import annotations

from decimal import Decimal

from services.aggregator.charts.stacked_bars import stacked_bars
from services.aggregator.report_types.delivery_summary.figures import Figures
from services.aggregator.report_types.delivery_summary.sentences import notes, summary
from services.aggregator.report_types.report_type import ReportRequest, report_document
from services.aggregator.scope.dimensions import Dimension
from services.aggregator.statistics.headline import kpi
from services.aggregator.statistics.rounding import percentage
from services.aggregator.wording.numbers import counted
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
        TITLE,
        request,
        figures.scope.as_of,
        summary=summary(figures),
        kpis=_kpis(figures),
        covered_before=figures.scope.progress.covered_before(figures.first_delivery),
        sections=(
            Section(
                title="Deliveries over time",
                text=() if figures.total else ("No deliveries to draw.",),
                charts=(_chart(figures),) if figures.total else (),
            ),
            Section(title="Characters delivered by project", tables=(_table(figures),)),
        ),
        notes=notes(figures),
    )


def _kpis(figures: Figures) -> tuple[Kpi, ...]:
    total, previous, days = figures.total, figures.previous_total, figures.scope.period.days
    begun, stage = figures.scope.progress.days_begun, figures.scope.stage
    return (
        kpi(
            "characters_delivered", "Characters delivered", total, previous,
            unit="characters", stage=stage, more_is=Verdict.GOOD,
        ),
        kpi(
            "delivered_per_day", "Delivered per day",
            # On a common denominator.
            total * days, previous * begun, divisor=begun * days, places=2,
            unit="characters", stage=stage, more_is=Verdict.GOOD,
        ),
        kpi(
            "projects_delivering", "Projects with deliveries",
            len(figures.by_project), len(figures.previous), unit="projects", stage=stage,
        ),
        kpi(
            "in_production", "Still in production",
            figures.in_production, figures.in_production_before, unit="characters", stage=stage,
        ),
    )  # fmt: skip


def _chart(figures: Figures) -> Chart:
    scope = figures.scope
    delivering = [name for name in figures.projects if name in figures.by_project]
    peak = max(scope.buckets, key=lambda bucket: figures.by_bucket[bucket.key])
    return stacked_bars(
        figures.delivered,
        name="delivered_over_time",
        title=f"Characters delivered per {scope.grain}",
        alternative_text=(
            f"Stacked bars, one per {scope.grain}, by project: "
            f"{counted(figures.total, 'character')} of {counted(len(delivering), 'project')} in "
            f"{scope.period.words}. "
            f"The highest bar is {peak.words} with {figures.by_bucket[peak.key]:,}."
        ),
        buckets=scope.buckets,
        grain=scope.grain,
        series=delivering,
        series_title="Project",
        value_title="Characters delivered",
        narrows=to_names("projects", {name: name for name in delivering}),
    )


# Units are in the table's title: beside each heading they would leave the names no room.
_COLUMNS = (
    Dimension.PROJECT.column,
    Column(name="delivered", title="Delivered", kind=Kind.INTEGER),
    Column(name="previous", title="Period before", kind=Kind.INTEGER, compares=True),
    Column(name="change_percent", title="Change", kind=Kind.PERCENT, places=1, compares=True),
    Column(name="share_percent", title="Share", kind=Kind.PERCENT, places=1),
)
# Last, so that the others keep their places whether or not the data reach so far.
_YEAR_COLUMNS = (
    Column(name="year_before", title="A year before", kind=Kind.INTEGER),
    Column(name="year_change_percent", title="On a year", kind=Kind.PERCENT, places=1),
)


def _table(figures: Figures) -> Table:
    return Table(
        name="by_project",
        title="Characters delivered by project",
        columns=(*_COLUMNS, *(_YEAR_COLUMNS if figures.year_before else ())),
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
            "All projects",
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
