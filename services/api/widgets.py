"""The widgets: which figure of which report type each shows, and how it is read from a document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.document import Kpi, ReportDocument


class WidgetName(StrEnum):
    """Every widget; each is called like the report type that it is of."""

    DELIVERY_SUMMARY = "delivery_summary"
    GPU_UTILIZATION = "gpu_utilization"
    QUALITY_METRICS = "quality_metrics"
    COST_PER_CHARACTER = "cost_per_character"


@dataclass(frozen=True)
class ColumnTrend:
    """One value per row of a table over time."""

    table: str
    column: str


@dataclass(frozen=True)
class ChartTrend:
    """The sum per bucket of a chart over time, whose values are split further."""

    chart: str
    summed: str


@dataclass(frozen=True)
class Widget:
    """What one widget shows."""

    kpis: tuple[str, ...]
    """The first of these that the report has."""
    trend: ColumnTrend | ChartTrend
    is_gauge: bool = False
    """The figure is a part of a whole, in percent."""


WIDGETS: Mapping[WidgetName, Widget] = {
    WidgetName.DELIVERY_SUMMARY: Widget(
        ("characters_delivered",), ChartTrend("delivered_over_time", "count")
    ),
    WidgetName.GPU_UTILIZATION: Widget(
        ("utilization",), ColumnTrend("over_time", "active_percent"), is_gauge=True
    ),
    WidgetName.QUALITY_METRICS: Widget(("pass_rate",), ColumnTrend("over_time", "pass_percent")),
    WidgetName.COST_PER_CHARACTER: Widget(
        ("cost_per_character", "gpu_hours_per_character"), ColumnTrend("over_time", "gpu_hours")
    ),
}


@dataclass(frozen=True)
class Figures:
    """What a widget shows of one report."""

    kpi: Kpi
    trend: tuple[float, ...]
    """One value per bucket, in the order of time; to be drawn, not to be reckoned with."""


def figures_of(widget: Widget, document: ReportDocument) -> Figures | None:
    """The widget's figures; None where the report has none of its key figures."""
    by_name = {kpi.name: kpi for kpi in document.kpis}
    kpi = next((by_name[name] for name in widget.kpis if name in by_name), None)
    if kpi is None:
        return None
    # What a figure is narrowed by are names of the studio's, which a widget does not show.
    return Figures(kpi.model_copy(update={"narrows": None}), _trend(widget.trend, document))


def _trend(trend: ColumnTrend | ChartTrend, document: ReportDocument) -> tuple[float, ...]:
    if isinstance(trend, ColumnTrend):
        return _column(trend, document)
    return _sums(trend, document)


def _column(trend: ColumnTrend, document: ReportDocument) -> tuple[float, ...]:
    for table in document.tables:
        names = [column.name for column in table.columns]
        if table.name == trend.table and trend.column in names:
            at = names.index(trend.column)
            return tuple(float(cell) for row in table.rows if (cell := row[at]) is not None)
    return ()


def _sums(trend: ChartTrend, document: ReportDocument) -> tuple[float, ...]:
    charts = (chart for section in document.sections for chart in section.charts)
    found = next((chart for chart in charts if chart.name == trend.chart), None)
    if found is None:
        return ()
    rows: list[Mapping[str, Any]] = found.specification.get("data", {}).get("values", [])
    sums: dict[str, float] = defaultdict(float)
    for row in rows:
        sums[str(row["bucket"])] += float(row.get(trend.summed) or 0)
    return tuple(sums[bucket] for bucket in sorted(sums))
