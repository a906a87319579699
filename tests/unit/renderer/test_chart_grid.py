"""Which Vega-Lite specifications a spreadsheet can draw, and from which figures."""

from __future__ import annotations

from typing import Any

import pytest

from services.renderer.spreadsheet.chart_grid import Grid, grid, other_marks
from tests.documents import bar_chart

ROWS = [
    {"day": "2026-10-02", "who": "b", "n": 2},
    {"day": "2026-10-01", "who": "a", "n": 1},
    {"day": "2026-10-02", "who": "a", "n": None},
]
X = {"field": "day", "type": "ordinal", "title": "Day"}
Y = {"field": "n", "type": "quantitative", "title": "Hours", "axis": {"format": ",.1~f"}}
COLOUR = {"field": "who", "type": "nominal"}


def drawn(mark: Any = "bar", **over: Any) -> Grid | None:
    specification = {
        "data": {"values": ROWS},
        "mark": mark,
        "encoding": {"x": X, "y": Y, "color": COLOUR},
    }
    return grid({**specification, **over})


def certain(found: Grid | None) -> Grid:
    assert found is not None
    return found


def test_bars_by_colour_are_stacked_series_over_sorted_places() -> None:
    found = certain(drawn())
    assert (found.mark, found.stacked, found.lying) == ("bar", True, False)
    assert found.categories == ("2026-10-01", "2026-10-02")
    assert found.series == (("b", (None, 2)), ("a", (1, None)))
    assert (found.category_title, found.value_title) == ("Day", "Hours")
    assert found.value_format == "#,##0.0"


def test_a_named_domain_gives_the_order_and_keeps_empty_places() -> None:
    x = {**X, "scale": {"domain": ["2026-10-02", "2026-10-03", "2026-10-01"]}}
    colour = {**COLOUR, "scale": {"domain": ["a", "b"], "range": ["#111111", "#222222"]}}
    found = certain(drawn(encoding={"x": x, "y": Y, "color": colour}))
    assert found.categories == ("2026-10-02", "2026-10-03", "2026-10-01")
    assert found.series == (("a", (None, None, 1)), ("b", (2, None, None)))
    assert found.colours == ("#111111", "#222222")


def test_lying_bars_keep_the_order_they_were_given() -> None:
    y = {"field": "day", "type": "nominal", "sort": None}
    x = {"field": "n", "type": "quantitative"}
    mark = {"type": "bar", "color": "#0072B2"}
    found = certain(drawn(mark, encoding={"x": x, "y": y}))
    assert found.lying
    assert found.categories == ("2026-10-02", "2026-10-01")
    assert found.series == (("n", (2, 1)),)
    assert found.colours == ("#0072B2",)


def test_parts_of_one_bar_add_up() -> None:
    found = certain(drawn(encoding={"x": X, "y": Y}))
    assert found.series == (("Hours", (1, 2)),)
    assert not found.stacked


def test_the_lines_under_layers_of_rules_are_found() -> None:
    line = {"data": {"values": ROWS}, "mark": {"type": "line"},
            "encoding": {"x": X, "y": Y, "color": COLOUR}}  # fmt: skip
    rule = {"data": {"values": [{"day": "2026-10-01"}]}, "mark": "rule", "encoding": {"x": X}}
    specification = {"layer": [rule, line]}
    assert certain(grid(specification)).mark == "line"
    assert other_marks(specification)
    assert not other_marks(line)


@pytest.mark.parametrize(
    "over",
    [
        {"mark": "point"},
        {"mark": {"type": "arc"}},
        {"data": {"url": "http://example.com/"}},
        {"facet": {"field": "who"}},
        {"transform": [{"filter": "datum.n > 1"}]},
        {"encoding": {"x": {**X, "type": "quantitative"}, "y": Y}},
        {"encoding": {"x": X, "y": {**Y, "aggregate": "mean"}}},
        {"encoding": {"x": X, "y": {"aggregate": "count", "type": "quantitative"}}},
        {"encoding": {"x": X, "y": Y, "y2": {"field": "m"}}},
        {"mark": "line", "encoding": {"x": X, "y": Y}},
    ],
)
def test_what_is_not_understood_is_not_drawn_wrongly(over: dict[str, Any]) -> None:
    assert drawn(**over) is None


def test_the_figures_are_those_of_the_specification() -> None:
    chart = bar_chart()
    found = certain(grid(chart.specification))
    wanted = sum(row["delivered"] for row in chart.specification["data"]["values"])
    assert sum(value or 0 for _, values in found.series for value in values) == wanted
    assert (len(found.categories), len(found.series)) == (31, 4)
