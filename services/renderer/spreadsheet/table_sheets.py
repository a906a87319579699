"""The sheets of one table: header, rows, total, remarks; more sheets where one is too short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.renderer import presentation
from services.renderer.presentation import cell_text, heading, one_line
from services.renderer.spreadsheet.cells import (
    ColumnFormat,
    Value,
    column_format,
    remarks,
    value,
)
from services.renderer.spreadsheet.styles import HEADING, MUTED, TOTAL, WARNING, Styles
from shared.document import Cell, Kind, ReportDocument, Table

FIRST_ROW = 1
"""Below the header, counted from 0."""
UNDER_ROWS = 12
"""Rows of a sheet kept free for the total and for remarks."""
ROWS_MEASURED = 400
"""For the columns' widths."""
LINE_HEIGHT = 15
NARROWEST, WIDEST = 9, 60
"""Of a column, in characters."""


@dataclass(frozen=True)
class Part:
    """One sheet of a table: its rows `first` up to `after`."""

    sheet_name: str
    first: int
    after: int


def parts(table: Table, names: Sequence[str], capacity: int) -> list[Part]:
    """The table's rows dealt out to the sheets of these names."""
    count = len(table.rows)
    return [
        Part(name, index * capacity, min(count, (index + 1) * capacity))
        for index, name in enumerate(names)
    ]


def sheets_needed(table: Table, capacity: int) -> int:
    """How many sheets of `capacity` rows the table takes; one when it is empty."""
    return max(1, -(-len(table.rows) // capacity))


def write_table(
    sheets: Sequence[Any],
    table: Table,
    table_parts: Sequence[Part],
    document: ReportDocument,
    styles: Styles,
) -> None:
    """Writes the table onto its sheets, one per part."""
    timezone = document.period.timezone
    columns = [[row[index] for row in table.rows] for index in range(len(table.columns))]
    if table.total is not None:
        for cells, cell in zip(columns, table.total, strict=True):
            cells.append(cell)
    formats = [
        column_format(column, cells) for column, cells in zip(table.columns, columns, strict=True)
    ]
    for index, (sheet, part) in enumerate(zip(sheets, table_parts, strict=True)):
        _write_header(sheet, table, formats, styles, timezone)
        found = []
        for row, row_cells in enumerate(table.rows[part.first : part.after], FIRST_ROW):
            found += _write_row(sheet, row, row_cells, table, formats, styles, timezone)
        after = FIRST_ROW + part.after - part.first
        lines = [("warning", text) for text in _limits(table, table_parts, index)]
        if index == len(table_parts) - 1 and table.total is not None:
            # A row apart, so that sorting and filtering leave it where it is.
            after += 1
            found += _write_row(
                sheet, after, table.total, table, formats, styles, timezone, total=True
            )
            after += 1
        lines += [("muted", text) for text in remarks(found)]
        for row, (tone, text) in enumerate(lines, after + 1):
            look = WARNING if tone == "warning" else MUTED
            styles.write(sheet, row, 0, Value(text), **look)
        _furnish(sheet, table, part, document)


def _write_header(
    sheet: Any, table: Table, formats: Sequence[ColumnFormat], styles: Styles, timezone: str
) -> None:
    lines = 1
    for index, (column, format_) in enumerate(zip(table.columns, formats, strict=True)):
        title = heading(column)
        if column.kind is Kind.INSTANT:
            title += f" ({timezone})"
        look = {**HEADING, **_aligned(format_, index), "text_wrap": True}
        styles.write(sheet, 0, index, Value(title), **look)
        shown = [
            cell_text(row[index], column, timezone)
            for row in [*table.rows[:ROWS_MEASURED], *([table.total] if table.total else [])]
        ]
        # The filter's button stands in the heading, which may take a second line.
        longest_word = max((len(word) for word in title.split()), default=0) + 3
        widest = max([longest_word, *(len(text) + 2 for text in shown)])
        width = min(max(widest, NARROWEST), WIDEST)
        sheet.set_column(index, index, width)
        lines = max(lines, -(-(len(title) + 3) // width))
    sheet.set_row(0, LINE_HEIGHT * min(lines, 4) + 2)


def _aligned(format_: ColumnFormat, index: int) -> dict[str, Any]:
    """Figures to the right; the others away from a figure before them."""
    if format_.to_right:
        return {"align": "right"}
    return {"align": "left", "indent": 1 if index else 0}


def _write_row(
    sheet: Any,
    row: int,
    cells: Sequence[Cell],
    table: Table,
    formats: Sequence[ColumnFormat],
    styles: Styles,
    timezone: str,
    *,
    total: bool = False,
) -> list[str]:
    """Writes one row; returns the keys of what has to be remarked about it."""
    found = []
    for index, (cell, column, format_) in enumerate(
        zip(cells, table.columns, formats, strict=True)
    ):
        written = value(cell, column, timezone)
        look = {**(TOTAL if total else {}), **_aligned(format_, index)}
        styles.write(sheet, row, index, written, num_format=format_.number_format, **look)
        # A total's label in a column of figures is no surprise.
        if written.remark and not (total and written.remark == "kind"):
            found.append(written.remark)
    return found


def _limits(table: Table, table_parts: Sequence[Part], index: int) -> list[str]:
    """What is not on this sheet."""
    said = []
    if len(table_parts) > 1:
        part = table_parts[index]
        said.append(
            f"Rows {part.first + 1:,} to {part.after:,} of {len(table.rows):,}: "
            f"a sheet holds no more."
        )
        if index + 1 < len(table_parts):
            said.append(f"Continues on the sheet {table_parts[index + 1].sheet_name!r}.")
    if cut := presentation.rows_text(table):
        said.append(f"{cut[:1].upper()}{cut[1:]}.")
    return said


def _furnish(sheet: Any, table: Table, part: Part, document: ReportDocument) -> None:
    """Frozen header, filter, and how it prints."""
    first_is_text = table.columns and table.columns[0].kind is Kind.TEXT
    sheet.freeze_panes(FIRST_ROW, 1 if first_is_text and len(table.columns) > 1 else 0)
    last_row = max(FIRST_ROW + part.after - part.first - 1, 0)
    if table.columns:
        sheet.autofilter(0, 0, last_row, len(table.columns) - 1)
    title = one_line(document.title).replace("&", "&&")
    cut = presentation.rows_text(table)
    caption = one_line(table.title).replace("&", "&&") + (f" ({cut})" if cut else "")
    sheet.set_header(f"&L{title[:100]}: {caption[:120]}")
    sheet.set_footer("&LPage &P of &N")
    sheet.repeat_rows(0)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    if len(table.columns) > 6:
        sheet.set_landscape()
