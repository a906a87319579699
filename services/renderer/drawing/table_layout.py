"""Where everything in a table goes: type size, widths of columns, lines of cells, heights of rows.

Worked out once for the whole table and by columns, because most cells are like others of theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from services.renderer.drawing.fonts import REGULAR, STRONG, width, wrapped
from services.renderer.presentation import LEFT_KINDS, column_texts, heading, total_text
from shared.document import Cell, Column, Kind, Table

LEADING = 1.36
ROW_PADDING = 2.8
"""Points above and below a row's lines."""
CELL_PADDING = 6.0
"""Points left and right of a cell's text."""
ROUND_A_CELL = 2 * CELL_PADDING + 0.5
SIZES = (8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5)
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

Lines = tuple[str, ...]
"""Of one cell; at least one, which may be empty."""


@dataclass(frozen=True)
class LaidColumn:
    """One column. Points."""

    left: float
    """Of its texts, from the table's left edge."""
    room: float
    """For its texts."""
    to_right: bool
    heading: Lines
    texts: Sequence[str]
    """Of each row."""
    broken: Mapping[int, Lines]
    """The cells that need several lines, by row."""
    total: Lines


@dataclass(frozen=True)
class Layout:
    """A whole table. Points."""

    size: float
    columns: tuple[LaidColumn, ...]
    row_lines: Sequence[int]
    """How many lines the rows have."""
    tops: Sequence[float]
    """Of each row, below the first one's; one more than there are rows."""
    header_height: float
    has_totals: bool
    total_height: float

    @property
    def row_count(self) -> int:
        return len(self.row_lines)


def row_height(lines: int, size: float) -> float:
    """Of a row of so many lines, in points."""
    return lines * size * LEADING + 2 * ROW_PADDING


def fits(table: Table, available_width: float, timezone: str) -> bool:
    """Whether the table can stand on a page of that width in type that is easily read."""
    columns = _columns(table, timezone, table.rows[:ROWS_MEASURED])
    return _widths(columns, available_width, EASILY_READ) is not None


def type_size(
    table: Table, available_width: float, timezone: str, largest: float = SIZES[0]
) -> tuple[float, bool]:
    """Of the table on a page of that width, in points, by its first rows; `largest` at the most.

    And whether each of their cells then stands on one line.
    """
    columns = _columns(table, timezone, table.rows[:ROWS_MEASURED])
    size, _ = _size_and_widths(columns, available_width, largest)
    return size, sum(column.wanted(size) for column in columns) <= available_width


class LargestSizes:
    """The type that tables may have, in points: the same where they have the same figures.

    A report shows the same columns by scene type, by tier and by project; each in type of its own
    looks torn.
    """

    def __init__(self, tables: Sequence[Table], available_width: float, timezone: str) -> None:
        alike: dict[tuple[str, ...], list[Table]] = defaultdict(list)
        for table in tables:
            if table.rows:
                alike[_figures(table)].append(table)
        self._sizes = {
            figures: min(type_size(table, available_width, timezone)[0] for table in those)
            for figures, those in alike.items()
            if len(those) > 1
        }

    def of(self, table: Table) -> float:
        """For that table."""
        return self._sizes.get(_figures(table), SIZES[0])


def _figures(table: Table) -> tuple[str, ...]:
    """What its columns are called, but for the first, which names the rows."""
    return tuple(column.title for column in table.columns[1:])


def laid_out(table: Table, available_width: float, timezone: str, largest: float) -> Layout:
    """The table as wide as the page, its instants in `timezone`, its type `largest` at the most."""
    columns = _columns(table, timezone, table.rows)
    size, widths = _size_and_widths(columns, available_width, largest)
    lefts = accumulate(widths, initial=CELL_PADDING)
    laid = tuple(
        _laid(column, left, points - 2 * CELL_PADDING, size)
        for column, left, points in zip(columns, lefts, widths, strict=False)
    )
    row_lines = [1] * len(table.rows)
    for column in laid:
        for index, lines in column.broken.items():
            row_lines[index] = max(row_lines[index], len(lines))
    heights = {lines: row_height(lines, size) for lines in set(row_lines)}
    return Layout(
        size=size,
        columns=laid,
        row_lines=row_lines,
        tops=list(accumulate((heights[lines] for lines in row_lines), initial=0.0)),
        header_height=row_height(max((len(column.heading) for column in laid), default=1), size),
        has_totals=table.total is not None,
        total_height=row_height(max((len(column.total) for column in laid), default=1), size),
    )


@dataclass(frozen=True)
class _Column:
    """What a column says, and how wide that is in type of one point."""

    heading: str
    texts: list[str]
    total: str
    to_right: bool
    breakable: bool
    """Of words. A figure or a time in two lines is hard to read."""
    widest_cell: float
    widest_cell_word: float
    widest_word: float
    """Of the heading."""
    whole_heading: float

    def wanted(self, size: float) -> float:
        """The column's width at which no cell breaks."""
        heading_ = min(self.whole_heading * size, max(self.widest_word * size, ROOM_FOR_A_HEADING))
        return max(self.widest_cell * size, heading_) + ROUND_A_CELL

    def least(self, size: float) -> float:
        """The width at which cells break between words alone, if those are not too long."""
        if not self.breakable:
            return self.wanted(size)
        words = max(min(self.widest_cell_word * size, LONGEST_WORD), self.widest_word * size)
        return min(self.wanted(size), words + ROUND_A_CELL)


def _columns(table: Table, timezone: str, rows: Sequence[tuple[Cell, ...]]) -> list[_Column]:
    columns = table.columns
    totals = [""] * len(columns)
    if table.total is not None:
        totals = [
            total_text(cell, column, timezone)
            for cell, column in zip(table.total, columns, strict=True)
        ]
    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    return [
        _column(column, column_texts(of_column, column, timezone), total)
        for column, of_column, total in zip(columns, cells, totals, strict=True)
    ]


def _column(column: Column, texts: list[str], total: str) -> _Column:
    title = heading(column)
    measured = {*texts[:ROWS_MEASURED], total}
    breakable = column.kind is Kind.TEXT
    return _Column(
        heading=title,
        texts=texts,
        total=total,
        to_right=column.kind not in LEFT_KINDS,
        breakable=breakable,
        widest_cell=_widest(measured),
        widest_cell_word=_widest({word for text in measured for word in text.split()})
        if breakable
        else 0.0,
        widest_word=_widest(title.split()),
        whole_heading=_widest([title]),
    )


def _widest(texts: Iterable[str]) -> float:
    return max((width(text, STRONG, 1) for text in texts), default=0.0)


def _size_and_widths(
    columns: Sequence[_Column], available: float, largest: float
) -> tuple[float, tuple[float, ...]]:
    """The largest type in which every cell stands on one line, if that is easily read.

    Else the largest in which words alone are broken. Names in two lines beside figures in one
    look torn, and make a table half as long again.
    """
    sizes = [size for size in SIZES if size <= largest]
    for size in sizes:
        if size >= EASILY_READ and sum(column.wanted(size) for column in columns) <= available:
            return size, _spread_out(columns, available, size)
    for size in sizes:
        widths = _widths(columns, available, size)
        if widths is not None:
            return size, widths
    return SIZES[-1], tuple(available / len(columns) for _ in columns)


def _spread_out(columns: Sequence[_Column], available: float, size: float) -> tuple[float, ...]:
    """As wide as wanted, with headings on one line where all have room for it.

    Figures stay near their neighbours, what is left over goes to texts.
    """
    wanted = [column.wanted(size) for column in columns]
    unbroken = [
        max(points, column.whole_heading * size + ROUND_A_CELL)
        for points, column in zip(wanted, columns, strict=True)
    ]
    if sum(unbroken) <= available:
        wanted = unbroken
    takers = [index for index, column in enumerate(columns) if not column.to_right]
    takers = takers or list(range(len(wanted)))
    share = (available - sum(wanted)) / len(takers)
    return tuple(
        points + (share if index in takers else 0.0) for index, points in enumerate(wanted)
    )


def _widths(columns: Sequence[_Column], available: float, size: float) -> tuple[float, ...] | None:
    """Column widths that add up to `available`, or None if the type is too large for it."""
    wanted = [column.wanted(size) for column in columns]
    spare = available - sum(wanted)
    if spare >= 0:
        return _spread_out(columns, available, size)
    least = [column.least(size) for column in columns]
    squeezable = sum(wanted) - sum(least)
    if squeezable < -spare:
        return None
    return tuple(
        points + spare * (points - narrowest) / squeezable
        for points, narrowest in zip(wanted, least, strict=True)
    )


def _laid(column: _Column, left: float, room: float, size: float) -> LaidColumn:
    too_wide = {
        text: lines
        for text in set(column.texts)
        if len(lines := _lines(text, REGULAR, size, room)) > 1
    }
    return LaidColumn(
        left=left,
        room=room,
        to_right=column.to_right,
        heading=_lines(column.heading, STRONG, size, room),
        texts=column.texts,
        broken={
            index: too_wide[text] for index, text in enumerate(column.texts) if text in too_wide
        }
        if too_wide
        else {},
        total=_lines(column.total, STRONG, size, room),
    )


def _lines(text: str, font: str, size: float, available: float) -> Lines:
    # No character of the typeface is wider than its size: many cells need no measuring.
    if len(text) * size <= available or width(text, font, size) <= available:
        return (text,)
    return tuple(wrapped(text, font, size, available, MOST_LINES))
