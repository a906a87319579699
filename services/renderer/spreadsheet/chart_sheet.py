"""The sheet "Chart data" and the native charts that are drawn from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from services.renderer import palette
from services.renderer.presentation import one_line
from services.renderer.spreadsheet.cells import DAY_ZERO, FIRST_DAY, Value, text
from services.renderer.spreadsheet.chart_grid import Grid
from services.renderer.spreadsheet.styles import FONT, Styles
from services.renderer.words import words
from shared.document import Chart
from shared.series_colours import SERIES

_XLSX_MARKS = {"bar": "column", "line": "line", "area": "area"}
_DASHES = ("solid", "dash", "round_dot", "long_dash_dot")
"""Lines differ in more than colour, so that a print in greys tells them apart."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LABEL = {"name": FONT, "size": 9, "color": palette.MUTED}
TALLEST, PER_BAR = 620, 22
"""Pixels: of a chart of lying bars, and for each of them."""
WIDTH, HEIGHT = 900, 300
MOST_LABELS = 16
"""Under a chart, side by side."""


def write_grid(sheet: Any, top: int, chart: Chart, grid_: Grid, styles: Styles) -> int:
    """Writes the grid with a title above it, from row `top`; returns the next free row."""
    styles.write(sheet, top, 0, text(one_line(chart.title)), bold=True)
    head = top + 1
    for index, title in enumerate([grid_.category_title or "", *(n for n, _ in grid_.series)]):
        styles.write(sheet, head, index, text(one_line(title)), **styles.heading)
    dated = _dated(grid_)
    for row, category in enumerate(grid_.categories):
        if dated:
            serial = Value((date.fromisoformat(category) - DAY_ZERO).days)
            styles.write(
                sheet, head + 1 + row, 0, serial, num_format=words("date-format"), align="left"
            )
        else:
            styles.write(sheet, head + 1 + row, 0, text(one_line(category)), num_format="@")
        for column, (_, values) in enumerate(grid_.series, 1):
            look = {"num_format": grid_.value_format}
            styles.write(sheet, head + 1 + row, column, Value(values[row]), **look)
    return head + len(grid_.categories) + 2


def native_chart(book: Any, sheet_name: str, top: int, chart: Chart, grid_: Grid) -> Any:
    """The chart over a grid that was written at row `top`."""
    kind: dict[str, str] = {"type": "bar" if grid_.lying else _XLSX_MARKS[grid_.mark]}
    if grid_.stacked:
        kind["subtype"] = "stacked"
    drawn = book.add_chart(kind)
    first, last = top + 2, top + 1 + len(grid_.categories)
    for index in range(len(grid_.series)):
        colour = _colour(grid_.colours, index)
        series: dict[str, Any] = {
            "name": [sheet_name, top + 1, index + 1],
            "categories": [sheet_name, first, 0, last, 0],
            "values": [sheet_name, first, index + 1, last, index + 1],
        }
        if grid_.mark == "line":
            dash = _DASHES[index % len(_DASHES)]
            series["line"] = {"color": colour, "width": 2, "dash_type": dash}
            series["marker"] = {
                "type": "circle", "size": 4,
                "fill": {"color": colour}, "border": {"color": colour},
            }  # fmt: skip
        else:
            series["fill"] = {"color": colour}
            series["border"] = {"color": "#FFFFFF", "width": 0.5}
            series["gap"] = 40
        drawn.add_series(series)
    _furnish(drawn, chart, grid_)
    return drawn


def _furnish(drawn: Any, chart: Chart, grid_: Grid) -> None:
    drawn.set_title(
        {
            "name": _plain(chart.title),
            "name_font": {"name": FONT, "size": 12, "bold": True, "color": palette.INK},
            "overlay": False,
        }
    )
    places: dict[str, Any] = {
        "num_font": _LABEL,
        "line": {"color": palette.RULE},
        "major_tick_mark": "none",
    }
    if grid_.category_title:
        places |= {"name": _plain(grid_.category_title), "name_font": {**_LABEL, "bold": False}}
    if grid_.lying:
        places["reverse"] = True  # the first one on top, as it was given
        places["crossing"] = "max"  # with that, the values' labels stay below
    if _dated(grid_):
        places |= {"date_axis": True, "num_format": "d mmm", "major_unit_type": "days"}
        places["major_unit"] = _step(grid_)
    elif not grid_.lying:
        places["interval_unit"] = _step(grid_)
    measure: dict[str, Any] = {
        "num_font": _LABEL,
        "num_format": grid_.value_format,
        "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": "#E7EBEF", "width": 0.75}},
    }
    if grid_.value_title:
        measure |= {"name": _plain(grid_.value_title), "name_font": {**_LABEL, "bold": False}}
    # XlsxWriter names the axes of lying bars by where they are drawn, not by what they hold.
    x_axis, y_axis = (measure, places) if grid_.lying else (places, measure)
    drawn.set_x_axis(x_axis)
    drawn.set_y_axis(y_axis)
    drawn.set_legend(
        {"position": "top", "font": {**_LABEL, "color": palette.INK}}
        if len(grid_.series) > 1
        else {"none": True}
    )
    drawn.show_blanks_as("gap")
    drawn.set_chartarea({"border": {"none": True}})
    drawn.set_size({"width": WIDTH, "height": chart_height(grid_)})


def chart_height(grid_: Grid) -> int:
    """Pixels that `native_chart` makes it high."""
    if grid_.lying:
        return min(TALLEST, max(HEIGHT, 120 + PER_BAR * len(grid_.categories)))
    return HEIGHT


def _plain(title: str) -> str:
    """A title as XlsxWriter takes it: one that begins with = would be a reference to a cell."""
    title = one_line(title)[:250]
    return f" {title}" if title.startswith("=") else title


def _step(grid_: Grid) -> int:
    """Every which category is labelled, so that labels fit side by side."""
    return -(-len(grid_.categories) // MOST_LABELS)


def _dated(grid_: Grid) -> bool:
    """Whether every category is a day, so that the axis can be one of time."""
    try:
        return bool(grid_.categories) and all(
            _DAY.fullmatch(category) and date.fromisoformat(category) >= FIRST_DAY
            for category in grid_.categories
        )
    except ValueError:
        return False


def _colour(colours: Sequence[str], index: int) -> str:
    if index < len(colours) and re.fullmatch(r"#[0-9A-Fa-f]{6}", colours[index]):
        return colours[index]
    return SERIES[index % len(SERIES)]
