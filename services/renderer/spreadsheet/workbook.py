"""The workbook: summary, one sheet per table (or several), the charts' data."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import xlsxwriter

from services.renderer.presentation import days, one_line
from services.renderer.spreadsheet.chart_grid import grid, other_marks
from services.renderer.spreadsheet.chart_sheet import chart_height, native_chart, write_grid
from services.renderer.spreadsheet.styles import Styles
from services.renderer.spreadsheet.summary_sheet import SummarySheet
from services.renderer.spreadsheet.table_sheets import (
    FIRST_ROW,
    UNDER_ROWS,
    parts,
    sheets_needed,
    write_table,
)
from shared.document import ReportDocument, Table
from shared.errors import PermanentError

SHEET_ROWS = 1_048_576
"""Of one sheet (Excel specifications and limits)."""
LONGEST_NAME = 31
SUMMARY, CHART_DATA = "Summary", "Chart data"


def draw_workbook(document: ReportDocument, sheet_rows: int = SHEET_ROWS) -> tuple[bytes, int]:
    """The file, and how many table rows were found in it when it was read back."""
    out = io.BytesIO()
    # In memory: the child process may open no file.
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties(
        {
            "title": f"{one_line(document.title)}, {days(document.period)}"[:255],
            "author": one_line(document.tenant)[:255],
            "subject": f"{document.type}, {document.period.timezone}"[:255],
            "comments": f"Data as of {document.as_of.isoformat()}",
            "created": document.generated_at.astimezone(UTC).replace(tzinfo=None),
        }
    )
    styles = Styles(book)
    capacity = sheet_rows - FIRST_ROW - UNDER_ROWS
    tables = document.tables
    counts = [sheets_needed(table, capacity) for table in tables]
    names = _sheet_names(tables, counts)
    summary = SummarySheet(book.add_worksheet(SUMMARY), styles)
    placed = [
        (table, parts(table, own, capacity), [book.add_worksheet(name) for name in own])
        for table, own in zip(tables, names, strict=True)
    ]
    summary.write_cover(document)
    summary.write_kpis(document.kpis)
    _draw_charts(book, summary, document, styles)
    summary.write_contents([(table, own_parts) for table, own_parts, _ in placed])
    summary.write_notes(document.notes)
    for table, own_parts, sheets in placed:
        write_table(sheets, table, own_parts, document, styles)
    book.close()
    content = out.getvalue()
    written = [
        (sheet.index, part.after - part.first, table)
        for table, own_parts, sheets in placed
        for sheet, part in zip(sheets, own_parts, strict=True)
    ]
    return content, _rows_read_back(content, written)


def _draw_charts(
    book: Any, summary: SummarySheet, document: ReportDocument, styles: Styles
) -> None:
    charts = [chart for section in document.sections for chart in section.charts]
    sheet, top = None, 0
    for chart in charts:
        drawn = grid(chart.specification)
        title = one_line(chart.title)
        if drawn is None:
            summary.say(
                f"The chart {title!r} has no form that a spreadsheet draws: "
                "see the PDF or the HTML page."
            )
            continue
        if not drawn.categories or not drawn.series:
            summary.say(f"The chart {title!r} is empty.")
            continue
        if sheet is None:
            sheet = book.add_worksheet(CHART_DATA)
            sheet.set_column(0, 0, 30)
            sheet.set_column(1, 24, 16)
        picture = native_chart(book, CHART_DATA, top, chart, drawn)
        summary.place_chart(picture, chart.alternative_text, chart_height(drawn))
        if other_marks(chart.specification):
            summary.say(
                f"Rules and labels drawn over {title!r} are in the PDF and the HTML page alone."
            )
        top = write_grid(sheet, top, chart, drawn, styles)


def _sheet_names(tables: Sequence[Table], counts: Sequence[int]) -> list[list[str]]:
    """Per table the names of its sheets: the title as far as Excel takes it, each name once."""
    # Excel keeps the last one for itself.
    taken = {SUMMARY.casefold(), CHART_DATA.casefold(), "history"}
    names = []
    for table, count in zip(tables, counts, strict=True):
        title = " ".join(re.sub(r"[\[\]:*?/\\]", " ", one_line(table.title)).split()).strip("'")
        own: list[str] = []
        number = 1
        while len(own) < count:
            name = _sheet_name(title or "Table", number)
            number += 1
            if name.casefold() not in taken:
                taken.add(name.casefold())
                own.append(name)
        names.append(own)
    return names


def _sheet_name(title: str, number: int) -> str:
    mark = f" ({number})" if number > 1 else ""
    room = LONGEST_NAME - len(mark)
    if len(title) > room:
        title = title[: room - 1].rstrip(" '") + "…"
    return title + mark


def _rows_read_back(content: bytes, written: Sequence[tuple[int, int, Table]]) -> int:
    """How many rows the tables' sheets hold; PermanentError when one lacks some.

    `written`: per sheet its position, its rows, its table. What stands below those rows (total,
    remarks) does not count.
    """
    rows = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for index, count, table in written:
            xml = archive.read(f"xl/worksheets/sheet{index + 1}.xml")
            numbers = map(int, re.findall(rb'<row r="(\d+)"', xml))
            found = sum(FIRST_ROW < number <= FIRST_ROW + count for number in numbers)
            if found != count:
                raise PermanentError(
                    "file_not_whole",
                    f"a sheet of {table.name!r} has {found:,} rows instead of {count:,}",
                )
            rows += found
    return rows
