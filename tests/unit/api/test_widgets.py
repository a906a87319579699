"""The figures of widgets, as they are read from documents."""

from __future__ import annotations

import pytest

from services.aggregator.report_types import report_types
from services.api.widgets import WIDGETS, ChartTrend, ColumnTrend, Figures, Widget, WidgetName
from services.api.widgets import figures_of as read
from shared.document import Chart, Column, Kind, Section, Table
from shared.narrowing import Narrowing
from tests.documents import document, kpi

COLUMN = ColumnTrend("over_time", "pass_percent")
CHART = ChartTrend("delivered_over_time", "count")


def over_time(*cells: str | None) -> Section:
    """A table with a percentage per bucket."""
    columns = (
        Column(name="bucket", title="Day", kind=Kind.DATE),
        Column(name="pass_percent", title="Passed", kind=Kind.PERCENT),
    )
    rows = tuple((f"2026-10-{day:02}", cell) for day, cell in enumerate(cells, 1))
    table = Table(name="over_time", title="Over time", columns=columns, rows=rows)
    return Section(title="Over time", tables=(table,))


def drawn(*values: tuple[str, str, int]) -> Section:
    """A chart with a count per bucket and project."""
    rows = [{"bucket": bucket, "project": name, "count": count} for bucket, name, count in values]
    chart = Chart(
        name="delivered_over_time",
        title="Delivered",
        alternative_text="",
        specification={"mark": "bar", "data": {"values": rows}},
    )
    return Section(title="Delivered", charts=(chart,))


def figures(widget: Widget, section: Section, *kpis: str) -> Figures:
    found = read(
        widget, document(kpis=tuple(kpi(each, "4", "2") for each in kpis), sections=(section,))
    )
    assert found is not None
    return found


def test_a_trend_is_a_column_in_the_order_of_its_rows_without_what_is_unknown() -> None:
    shown = figures(Widget(("pass_rate",), COLUMN), over_time("90.5", None, "80"), "pass_rate")

    assert shown.trend == (90.5, 80.0)


def test_a_trend_is_the_sum_of_a_charts_parts_in_the_order_of_time() -> None:
    section = drawn(("2026-10-02", "a", 3), ("2026-10-01", "a", 1), ("2026-10-02", "b", 4))

    assert figures(Widget(("delivered",), CHART), section, "delivered").trend == (1.0, 7.0)


def test_the_first_figure_that_a_report_has_is_shown() -> None:
    widget = Widget(("cost", "hours"), COLUMN)

    assert figures(widget, over_time("1"), "hours", "cost").kpi.name == "cost"
    assert figures(widget, over_time("1"), "other", "hours").kpi.name == "hours"
    assert read(widget, document(kpis=(kpi("other", "1", "1"),))) is None


def test_a_report_without_the_part_has_no_trend() -> None:
    for trend in (COLUMN, CHART):
        assert figures(Widget(("cost",), trend), Section(title="Empty"), "cost").trend == ()


def test_names_that_a_figure_is_narrowed_by_are_not_shown() -> None:
    of_one = kpi("cost", "4", "2").model_copy(
        update={"narrows": Narrowing(parameters={"projects": ("Secret",)})}
    )
    found = read(Widget(("cost",), COLUMN), document(kpis=(of_one,)))

    assert found is not None
    assert found.kpi.narrows is None


@pytest.mark.parametrize("name", WidgetName)
def test_every_widget_shows_figures_that_its_report_type_has(name: WidgetName) -> None:
    assert set(WIDGETS[name].kpis) <= set(report_types[name].kpis)
