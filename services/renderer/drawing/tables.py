"""Tables: header repeated on every page, zebra, figures to the right, totals kept company.

Drawn straight onto the canvas. ReportLab's own tables measure every remaining row again for
each page, so their time grows with the square of the rows; here a row is measured once, a part
of the table is a range of rows, and all texts of a part are one text object.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from operator import add
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.platypus import Flowable

from services.renderer import palette
from services.renderer.drawing.fonts import REGULAR, STRONG
from services.renderer.drawing.page_text import PageText
from services.renderer.drawing.table_layout import (
    CELL_PADDING,
    LEADING,
    ROW_PADDING,
    LaidColumn,
    Layout,
    Lines,
    laid_out,
    row_height,
)
from shared.document import Table

INK, MUTED = HexColor(palette.INK), HexColor(palette.MUTED)
SHADE, RULE = HexColor(palette.SHADE), HexColor(palette.RULE)


class RowsDrawn:
    """How many rows of one report have been put on its pages."""

    count = 0


def table_flowable(
    table: Table, available_width: float, timezone: str, largest: float, drawn: RowsDrawn
) -> Flowable:
    """The table as wide as the page, its instants in `timezone`, its type `largest` at the most."""
    layout = laid_out(table, available_width, timezone, largest)
    return _Part(_Shared(layout, drawn), 0, layout.row_count)


class _Part(Flowable):  # type: ignore[misc]  # ReportLab ships no types
    """Rows `first` up to `after` with the header above; the totals row below the last one."""

    def __init__(self, shared: _Shared, first: int, after: int) -> None:
        super().__init__()
        self._shared, self._layout = shared, shared.layout
        self._first, self._after = first, after
        self.spaceBefore, self.spaceAfter = 0.0, 4.0

    def wrap(self, available_width: float, _available_height: float) -> tuple[float, float]:
        layout = self._layout
        rows = layout.tops[self._after] - layout.tops[self._first]
        self.width = available_width
        self.height = layout.header_height + rows + (self._with_totals and layout.total_height)
        return self.width, self.height

    def split(self, _available_width: float, available_height: float) -> list[Any]:
        """The rows that fit, and the others; nothing at all when not even one row fits."""
        layout = self._layout
        room = available_height - layout.header_height + layout.tops[self._first]
        cut = bisect_right(layout.tops, room, self._first, self._after + 1) - 1
        if cut == self._after:
            # Only the totals row is too much: it takes the last row along.
            cut -= 1
        if cut <= self._first:
            return []
        return [
            _Part(self._shared, self._first, cut),
            _Part(self._shared, cut, self._after),
        ]

    def draw(self) -> None:
        layout, canvas = self._layout, self.canv
        strong = self._shared.texts(canvas, STRONG)
        canvas.setFillColor(MUTED)
        canvas.addLiteral(strong.row([column.heading for column in layout.columns], self.height))
        top = self.height - layout.header_height
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.8)
        canvas.line(0, top, self.width, top)

        first, after = self._first, self._after
        tops = [top + layout.tops[first] - below for below in layout.tops[first : after + 1]]
        canvas.setFillColor(SHADE)
        canvas.addLiteral(self._shades(tops))
        canvas.setFillColor(INK)
        canvas.addLiteral(self._shared.texts(canvas, REGULAR).rows(first, after, top))
        self._shared.drawn.count += after - first

        canvas.setStrokeColor(INK if self._with_totals else RULE)
        canvas.setLineWidth(0.6)
        canvas.line(0, tops[-1], self.width, tops[-1])
        if self._with_totals:
            canvas.addLiteral(strong.row([column.total for column in layout.columns], tops[-1]))

    @property
    def _with_totals(self) -> bool:
        return self._layout.has_totals and self._after == self._layout.row_count

    def _shades(self, tops: Sequence[float]) -> str:
        """Behind every other row of the table; `tops` of this part's rows, and their bottom."""
        shaded = range(1 - self._first % 2, len(tops) - 1, 2)
        rectangles = [
            f"0 {tops[row]:.3f} {self.width:.3f} {tops[row + 1] - tops[row]:.3f} re"
            for row in shaded
        ]
        return " ".join([*rectangles, "f"]) if rectangles else ""


class _Shared:
    """What all parts of one table have in common."""

    def __init__(self, layout: Layout, drawn: RowsDrawn) -> None:
        self.layout, self.drawn = layout, drawn
        self._texts: dict[str, _Texts] = {}

    def texts(self, canvas: Any, font: str) -> _Texts:
        """In one font; all parts are drawn on one canvas."""
        if font not in self._texts:
            self._texts[font] = _Texts(canvas, self.layout, font)
        return self._texts[font]


class _Texts:
    """The rows of a table as text objects, in one font."""

    def __init__(self, canvas: Any, layout: Layout, font: str) -> None:
        self._layout = layout
        self._text = PageText(canvas, font, layout.size, layout.size * LEADING)
        self._one_line = [_Cells(self._text, column) for column in layout.columns]
        # A cell ends where it began, so the steps between cells are the same in all rows.
        steps = [right.left - left.left for left, right in pairwise(layout.columns)]
        self._cells_of_a_row = "%s" + "".join(f" {step:.3f} 0 Td%s" for step in steps)
        self._to_next_row = {
            lines: f" {-sum(steps):.3f} {-row_height(lines, layout.size):.3f} Td"
            for lines in set(layout.row_lines)
        }

    def rows(self, first: int, after: int, top: float) -> str:
        """Rows `first` up to `after`, from `top` downwards."""
        columns = [
            self._cells(column, known, first, after)
            for column, known in zip(self._layout.columns, self._one_line, strict=True)
        ]
        rows = [self._cells_of_a_row % cells for cells in zip(*columns, strict=True)]
        steps = [self._to_next_row[lines] for lines in self._layout.row_lines[first : after - 1]]
        return self._begun(top) + "".join(map(add, rows, (*steps, " ET")))

    def row(self, cells: Sequence[Lines], top: float) -> str:
        """One row of these cells, below `top`."""
        shown = [
            self._text.lines(lines, _right_edge(column))
            for column, lines in zip(self._layout.columns, cells, strict=True)
        ]
        return self._begun(top) + self._cells_of_a_row % tuple(shown) + " ET"

    def _begun(self, top: float) -> str:
        return self._text.begun(CELL_PADDING, top - ROW_PADDING - self._layout.size * 1.02)

    def _cells(self, column: LaidColumn, known: _Cells, first: int, after: int) -> list[str]:
        cells = [known[text] for text in column.texts[first:after]]
        if column.broken:
            for row in range(first, after):
                if row in column.broken:
                    cells[row - first] = self._text.lines(column.broken[row], _right_edge(column))
        return cells


class _Cells(dict[str, str]):
    """By text: the operators that show a cell of one line."""

    def __init__(self, text: PageText, column: LaidColumn) -> None:
        super().__init__()
        self._text, self._right_edge = text, _right_edge(column)

    def __missing__(self, cell: str) -> str:
        self[cell] = shown = self._text.line(cell, self._right_edge)
        return shown


def _right_edge(column: LaidColumn) -> float | None:
    return column.room if column.to_right else None
