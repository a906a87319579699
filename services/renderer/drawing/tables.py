"""Tables: header repeated on every page, zebra, figures to the right, totals kept company.

Drawn straight onto the canvas. ReportLab's own tables measure every remaining row again for
each page, so their time grows with the square of the rows; here a row is measured once, and a
part of the table is a range of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.platypus import Flowable

from services.renderer import palette
from services.renderer.drawing.fonts import REGULAR, STRONG, put, width, wrapped
from services.renderer.presentation import LEFT_KINDS, cell_text, heading, total_text
from shared.document import Kind, Table

LEADING = 1.36
ROW_PADDING = 2.8
"""Points above and below a row's lines."""
CELL_PADDING = 6.0
"""Points left and right of a cell's text."""
ROUND_A_CELL = 2 * CELL_PADDING + 0.5
SIZES = (8.5, 7.5, 6.5, 5.5)
"""Type sizes in points, tried in order until the columns fit."""
LONGEST_WORD = 110.0
"""Points; a column of words is not squeezed below its longest one, if that is no longer."""
MOST_LINES = 8
"""Of one cell; more ends in an ellipsis, so that a row never outgrows a page."""
ROOM_FOR_A_HEADING = 70.0
"""Points; a longer heading breaks between its words rather than widen its column."""
EASILY_READ = 6.5
"""The smallest type size for which a page stays upright."""
ROWS_MEASURED = 400
"""For the columns' widths; texts further down wrap into what these needed."""


@dataclass(frozen=True)
class _Row:
    cells: tuple[tuple[str, ...], ...]
    """Per column the lines of its cell."""
    lines: int


@dataclass(frozen=True)
class _Layout:
    """What all parts of one table share. Widths and heights in points."""

    size: float
    widths: tuple[float, ...]
    to_right: tuple[bool, ...]
    header: _Row
    rows: tuple[_Row, ...]
    total: _Row | None
    tops: tuple[float, ...]
    """Of each row, below the first one's; one more than there are rows."""

    def height(self, row: _Row) -> float:
        return _height(row.lines, self.size)


def _height(lines: int, size: float) -> float:
    return lines * size * LEADING + 2 * ROW_PADDING


@dataclass(frozen=True)
class _Texts:
    """What a table says, and how wide that is in type of one point."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] | None
    to_right: tuple[bool, ...]
    breakable: tuple[bool, ...]
    """Columns of words. A figure or a time in two lines is hard to read."""
    widest_cell: tuple[float, ...]
    widest_cell_word: tuple[float, ...]
    widest_word: tuple[float, ...]
    """Of each heading."""
    whole_heading: tuple[float, ...]

    def wanted(self, size: float) -> tuple[float, ...]:
        """Column widths at which no cell breaks."""
        return tuple(
            max(cell * size, min(whole * size, max(word * size, ROOM_FOR_A_HEADING))) + ROUND_A_CELL
            for cell, word, whole in zip(
                self.widest_cell, self.widest_word, self.whole_heading, strict=True
            )
        )

    def least(self, size: float) -> tuple[float, ...]:
        """Column widths at which cells break between words alone, if those are not too long."""
        return tuple(
            min(
                points, max(min(cell * size, LONGEST_WORD), heading * size) + 2 * CELL_PADDING + 0.5
            )
            if breakable
            else points
            for points, breakable, cell, heading in zip(
                self.wanted(size),
                self.breakable,
                self.widest_cell_word,
                self.widest_word,
                strict=True,
            )
        )


def fits(table: Table, available_width: float, timezone: str) -> bool:
    """Whether the table can stand on a page of that width in type that is easily read."""
    texts = _texts(table, timezone, measured_only=True)
    return _widths(texts, available_width, EASILY_READ) is not None


class RowsDrawn:
    """How many rows of one report have been put on its pages."""

    count = 0


def table_flowable(
    table: Table, available_width: float, timezone: str, drawn: RowsDrawn
) -> Flowable:
    """The table as wide as the page, its instants in `timezone`."""
    layout = _laid_out(_texts(table, timezone), available_width)
    return _Part(layout, 0, len(layout.rows), drawn)


def _texts(table: Table, timezone: str, *, measured_only: bool = False) -> _Texts:
    columns = table.columns
    headings = tuple(heading(column) for column in columns)
    rows = tuple(
        tuple(cell_text(cell, column, timezone) for cell, column in zip(row, columns, strict=True))
        for row in (table.rows[:ROWS_MEASURED] if measured_only else table.rows)
    )
    total = None
    if table.total is not None:
        total = tuple(
            total_text(cell, column, timezone)
            for cell, column in zip(table.total, columns, strict=True)
        )
    measured = [*rows[:ROWS_MEASURED], *((total,) if total else ())]
    return _Texts(
        headings=headings,
        rows=rows,
        total=total,
        to_right=tuple(column.kind not in LEFT_KINDS for column in columns),
        breakable=tuple(column.kind is Kind.TEXT for column in columns),
        widest_cell=tuple(
            max((width(row[index], STRONG, 1) for row in measured), default=0.0)
            for index in range(len(columns))
        ),
        widest_cell_word=tuple(
            max(
                (width(word, STRONG, 1) for row in measured for word in row[index].split()),
                default=0.0,
            )
            if column.kind is Kind.TEXT
            else 0.0
            for index, column in enumerate(columns)
        ),
        widest_word=tuple(
            max((width(word, STRONG, 1) for word in title.split()), default=0.0)
            for title in headings
        ),
        whole_heading=tuple(width(title, STRONG, 1) for title in headings),
    )


def _laid_out(texts: _Texts, available: float) -> _Layout:
    for size in SIZES:
        widths = _widths(texts, available, size)
        if widths is not None:
            break
    else:
        size = SIZES[-1]
        widths = tuple(available / len(texts.headings) for _ in texts.headings)
    rows = tuple(_row(row, widths, REGULAR, size) for row in texts.rows)
    return _Layout(
        size=size,
        widths=widths,
        to_right=texts.to_right,
        header=_row(texts.headings, widths, STRONG, size),
        rows=rows,
        total=_row(texts.total, widths, STRONG, size) if texts.total else None,
        tops=tuple(accumulate((_height(row.lines, size) for row in rows), initial=0.0)),
    )


def _widths(texts: _Texts, available: float, size: float) -> tuple[float, ...] | None:
    """Column widths that add up to `available`, or None if the type is too large for it."""
    wanted = texts.wanted(size)
    spare = available - sum(wanted)
    if spare >= 0:
        # Figures stay near their neighbours; what is left over goes to the texts.
        takers = [index for index, right in enumerate(texts.to_right) if not right]
        takers = takers or list(range(len(wanted)))
        return tuple(
            points + (spare / len(takers) if index in takers else 0.0)
            for index, points in enumerate(wanted)
        )
    least = texts.least(size)
    squeezable = sum(wanted) - sum(least)
    if squeezable < -spare:
        return None
    return tuple(
        points + spare * (points - narrowest) / squeezable
        for points, narrowest in zip(wanted, least, strict=True)
    )


def _row(texts: Sequence[str], widths: tuple[float, ...], font: str, size: float) -> _Row:
    cells = tuple(
        tuple(_lines(text, font, size, points - 2 * CELL_PADDING))
        for text, points in zip(texts, widths, strict=True)
    )
    return _Row(cells, max((len(cell) for cell in cells), default=1))


def _lines(text: str, font: str, size: float, available: float) -> list[str]:
    # No character of the typeface is wider than its size: most cells need no measuring.
    if len(text) * size <= available:
        return [text]
    return wrapped(text, font, size, available, MOST_LINES)


class _Part(Flowable):  # type: ignore[misc]  # ReportLab ships no types
    """Rows `first` up to `after` with the header above; the totals row below the last one."""

    def __init__(self, layout: _Layout, first: int, after: int, drawn: RowsDrawn) -> None:
        super().__init__()
        self._layout, self._first, self._after = layout, first, after
        self._drawn = drawn
        self.spaceBefore, self.spaceAfter = 0.0, 4.0

    def _total_height(self) -> float:
        layout = self._layout
        if layout.total is None or self._after < len(layout.rows):
            return 0.0
        return layout.height(layout.total)

    def wrap(self, available_width: float, _available_height: float) -> tuple[float, float]:
        layout = self._layout
        self.width = available_width
        self.height = (
            layout.height(layout.header)
            + layout.tops[self._after]
            - layout.tops[self._first]
            + self._total_height()
        )
        return self.width, self.height

    def split(self, _available_width: float, available_height: float) -> list[Any]:
        """The rows that fit, and the others; nothing at all when not even one row fits."""
        layout = self._layout
        room = available_height - layout.height(layout.header) + layout.tops[self._first]
        cut = self._first
        while cut < self._after and layout.tops[cut + 1] <= room:
            cut += 1
        if cut == self._after:
            # Only the totals row is too much: it takes the last row along.
            cut -= 1
        if cut <= self._first:
            return []
        return [
            _Part(layout, self._first, cut, self._drawn),
            _Part(layout, cut, self._after, self._drawn),
        ]

    def draw(self) -> None:
        layout, canvas = self._layout, self.canv
        y = self.height
        y = self._draw_row(layout.header, y, STRONG, palette.MUTED)
        canvas.setStrokeColor(HexColor(palette.INK))
        canvas.setLineWidth(0.8)
        canvas.line(0, y, self.width, y)
        for index in range(self._first, self._after):
            row = layout.rows[index]
            if index % 2:
                height = layout.height(row)
                canvas.setFillColor(HexColor(palette.SHADE))
                canvas.rect(0, y - height, self.width, height, stroke=0, fill=1)
            y = self._draw_row(row, y, REGULAR, palette.INK)
            self._drawn.count += 1
        canvas.setStrokeColor(HexColor(palette.RULE))
        canvas.setLineWidth(0.6)
        if layout.total is not None and self._after == len(layout.rows):
            canvas.setStrokeColor(HexColor(palette.INK))
            canvas.line(0, y, self.width, y)
            self._draw_row(layout.total, y, STRONG, palette.INK)
        else:
            canvas.line(0, y, self.width, y)

    def _draw_row(self, row: _Row, top: float, font: str, colour: str) -> float:
        """Draws the row below `top`; returns its bottom."""
        layout, size = self._layout, self._layout.size
        text = self.canv.beginText()
        text.setFont(font, size)
        text.setFillColor(HexColor(colour))
        first_baseline = top - ROW_PADDING - size * 1.02
        left = 0.0
        for lines, points, right in zip(row.cells, layout.widths, layout.to_right, strict=True):
            baseline = first_baseline
            for line in lines:
                x = left + CELL_PADDING
                if right:
                    x = left + points - CELL_PADDING - width(line, font, size)
                text.setTextOrigin(x, baseline)
                put(text, line, font, size)
                baseline -= size * LEADING
            left += points
        self.canv.drawText(text)
        return top - layout.height(row)
