"""The sheets of one table but for their rows: header, filter, widths, and the cells' styles.

`sheet_rows.py` puts the rows in. More sheets where one is too short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from services.renderer.presentation import cell_text, cut, heading
from services.renderer.spreadsheet.cell_columns import cell_of
from services.renderer.spreadsheet.cells import ColumnFormat, Value, column_format
from services.renderer.spreadsheet.print_setup import set_up_print
from services.renderer.spreadsheet.styles import MUTED, STRONG, Styles
from shared.document import Cell, Column, Kind, ReportDocument, Table

FIRST_ROW = 1
"""Below the header, counted from 0."""
UNDER_ROWS = 12
"""Rows of a sheet kept free for the total and for remarks."""
ROWS_MEASURED = 400
"""For the columns' widths."""
SECOND = 1_000_000
"""In microseconds."""
LINE_HEIGHT = 15
NARROWEST, WIDEST = 9, 60
"""Of a column, in characters."""


@dataclass(frozen=True)
class Part:
    """One sheet of a table: its rows `first` up to `after`."""

    sheet_name: str
    first: int
    after: int

    @property
    def count(self) -> int:
        """How many rows are on it."""
        return self.after - self.first


def parts(count: int, names: Sequence[str], capacity: int) -> list[Part]:
    """A table's `count` rows dealt out to the sheets of these names."""
    return [
        Part(name, index * capacity, min(count, (index + 1) * capacity))
        for index, name in enumerate(names)
    ]


def sheets_needed(count: int, capacity: int) -> int:
    """How many sheets of `capacity` rows so many take; one when there are none."""
    return max(1, -(-count // capacity))


def prepare_sheet(
    sheet: Any, table: Table, part: Part, sample: Any, document: ReportDocument, styles: Styles
) -> None:
    """Everything but the rows; `sample` has the first ones (a `pyarrow.Table`), None for none."""
    timezone = document.period.timezone
    totals = table.total or (None,) * len(table.columns)
    columns = [pa.array([], pa.string())] * len(table.columns) if sample is None else sample.columns
    formats = [
        _format(column, values, total)
        for column, values, total in zip(table.columns, columns, totals, strict=True)
    ]
    lines = 1
    for index, (column, format_) in enumerate(zip(table.columns, formats, strict=True)):
        title = heading(column)
        if column.kind is Kind.INSTANT:
            title += f" ({timezone})"
        styles.write(
            sheet,
            0,
            index,
            Value(title),
            **styles.heading,
            **_aligned(format_, index),
            text_wrap=True,
        )
        cells = [*map(cell_of, columns[index].slice(0, ROWS_MEASURED).to_pylist()), totals[index]]
        width = _width(title, [cell_text(cell, column, timezone) for cell in cells])
        sheet.set_column(index, index, width)
        lines = max(lines, -(-(len(title) + 3) // width))
    sheet.set_row(0, LINE_HEIGHT * min(lines, 4) + 2)
    _write_patterns(sheet, formats, styles)
    _furnish(sheet, table, part, document)


USUAL, AS_TEXT, TOTAL_USUAL, TOTAL_AS_TEXT, WARNINGS, REMARKS = range(FIRST_ROW, FIRST_ROW + 6)
"""Rows that show what rows of that kind look like; the real ones take their place."""


def _write_patterns(sheet: Any, formats: Sequence[ColumnFormat], styles: Styles) -> None:
    for index, format_ in enumerate(formats):
        look = {"num_format": format_.number_format, **_aligned(format_, index)}
        for row, more in (
            (USUAL, {}),
            # A text already, and marked as one: it stays so when somebody edits the cell.
            (AS_TEXT, {"quote_prefix": True}),
            (TOTAL_USUAL, styles.total),
            (TOTAL_AS_TEXT, {**styles.total, "quote_prefix": True}),
        ):
            styles.write(sheet, row, index, Value(None), **look, **more)
    styles.write(sheet, WARNINGS, 0, Value(None), **STRONG)
    styles.write(sheet, REMARKS, 0, Value(None), **MUTED)


def _format(column: Column, values: Any, total: Cell) -> ColumnFormat:
    """By the column, and by as many of its values as are at hand."""
    places = len(total.partition(".")[2]) if isinstance(total, str) else 0
    fine = False
    if pa.types.is_decimal(values.type):
        places = max(places, values.type.scale)
    elif pa.types.is_timestamp(values.type):
        instants = pc.cast(pc.cast(values, pa.timestamp("us", values.type.tz)), pa.int64())
        whole = pc.multiply(pc.divide(instants, SECOND), SECOND)
        fine = bool(pc.any(pc.not_equal(instants, whole)).as_py())
    return column_format(column, places, fine=fine)


def _width(title: str, shown: Sequence[str]) -> int:
    # The filter's button stands in the heading, which may take a second line.
    longest_word = max((len(word) for word in title.split()), default=0) + 3
    widest = max([longest_word, *(len(text) + 2 for text in shown)])
    return min(max(widest, NARROWEST), WIDEST)


def _aligned(format_: ColumnFormat, index: int) -> dict[str, Any]:
    """Figures to the right; the others away from a figure before them."""
    if format_.to_right:
        return {"align": "right"}
    return {"align": "left", "indent": 1 if index else 0}


def _furnish(sheet: Any, table: Table, part: Part, document: ReportDocument) -> None:
    """Frozen header, filter, and how it prints."""
    first_is_text = table.columns and table.columns[0].kind is Kind.TEXT
    sheet.freeze_panes(FIRST_ROW, 1 if first_is_text and len(table.columns) > 1 else 0)
    last_row = max(FIRST_ROW + part.count - 1, 0)
    if table.columns:
        sheet.autofilter(0, 0, last_row, len(table.columns) - 1)
    told = cut(table)
    title = f"{document.title}: {table.title}"
    set_up_print(sheet, document, f"{title} ({told})" if told else title)
    sheet.repeat_rows(0)
    if len(table.columns) > 6:
        sheet.set_landscape()
