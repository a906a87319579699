"""The workbook: summary, one sheet per table (or several), the charts' data."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from typing import Any, BinaryIO

import xlsxwriter

from services.renderer.presentation import days, one_line
from services.renderer.spreadsheet.chart_grid import grid, other_marks
from services.renderer.spreadsheet.chart_sheet import chart_height, native_chart, write_grid
from services.renderer.spreadsheet.print_setup import set_up_print
from services.renderer.spreadsheet.sheet_rows import Supply, expected_size, first_rows, write_rows
from services.renderer.spreadsheet.styles import Styles
from services.renderer.spreadsheet.summary_sheet import SummarySheet
from services.renderer.spreadsheet.table_sheets import (
    FIRST_ROW,
    UNDER_ROWS,
    Part,
    parts,
    prepare_sheet,
    sheets_needed,
)
from services.renderer.spreadsheet.workbook_file import AddRows, fill_workbook, rows_read_back
from services.renderer.words import words
from shared.document import ReportDocument, Table
from shared.errors import PermanentError

SHEET_ROWS = 1_048_576
SHEET_COLUMNS = 16_384
"""Both of one sheet (Excel specifications and limits)."""
ROWS_SAMPLED = 2_000
"""For widths, decimal places and whether times have parts of a second."""
LONGEST_NAME = 31

Batches = Callable[[Table], Iterable[Any]]
"""A table's rows as Arrow record batches, from the first one each time it is called."""


@dataclass(frozen=True)
class _Placed:
    """A table and its sheets."""

    table: Table
    parts: list[Part]
    sample: Any
    """Its first rows as a `pyarrow.Table`; None if it has none."""


def draw_workbook(
    document: ReportDocument,
    batches: Batches,
    out: BinaryIO,
    *,
    guard_formulas: bool = True,
    sheet_rows: int = SHEET_ROWS,
) -> int:
    """Writes the file; returns how many table rows were found in it when it was read back.

    `out` can be read, written and positioned. `guard_formulas` marks texts that look like
    formulas as texts, for whoever edits them.
    """
    capacity = sheet_rows - FIRST_ROW - UNDER_ROWS
    tables = document.tables
    for table in tables:
        if len(table.columns) > SHEET_COLUMNS:
            raise PermanentError(
                "too_many_columns",
                f"table {table.name!r} has {len(table.columns):,} columns, "
                f"a sheet holds {SHEET_COLUMNS:,}: ask for CSV",
            )
    names = _sheet_names(tables, [sheets_needed(table.row_count, capacity) for table in tables])
    placed = []
    sheets: dict[str, tuple[int, AddRows]] = {}
    for table, own in zip(tables, names, strict=True):
        table_parts = parts(table.row_count, own, capacity)
        sample = first_rows(batches(table), ROWS_SAMPLED)
        placed.append(_Placed(table, table_parts, sample))
        supply = Supply(batches(table))
        for index, part in enumerate(table_parts):
            # Sheets are counted from 1, and the first one is the summary.
            member = f"xl/worksheets/sheet{len(sheets) + 2}.xml"
            sheets[member] = (
                expected_size(sample, part),
                partial(
                    write_rows,
                    table=table,
                    table_parts=table_parts,
                    index=index,
                    supply=supply,
                    timezone=document.period.timezone,
                    guard_formulas=guard_formulas,
                ),
            )
    for member, count in fill_workbook(_shell(document, placed), out, sheets).items():
        found = rows_read_back(out, member)
        if found != count:
            raise PermanentError(
                "file_not_whole", f"a sheet has {found:,} rows instead of {count:,}"
            )
    return sum(part.count for one in placed for part in one.parts)


def _shell(document: ReportDocument, placed: Sequence[_Placed]) -> BinaryIO:
    """The workbook without the tables' rows."""
    out = io.BytesIO()
    # In memory: the child process may open no file.
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties(
        {
            "title": f"{one_line(document.title)}, {days(document.period)}"[:255],
            "author": one_line(document.tenant)[:255],
            "subject": f"{document.type}, {document.period.timezone}"[:255],
            "comments": words("as-of", at=document.as_of.isoformat()),
            "created": document.generated_at.astimezone(UTC).replace(tzinfo=None),
        }
    )
    styles = Styles(book, document.house_style)
    summary = SummarySheet(book.add_worksheet(words("sheet-summary")), styles)
    for one in placed:
        for part in one.parts:
            sheet = book.add_worksheet(part.sheet_name)
            prepare_sheet(sheet, one.table, part, one.sample, document, styles)
    summary.write_cover(document)
    summary.write_kpis(document.kpis)
    _draw_charts(book, summary, document, styles)
    summary.write_contents([(one.table, one.parts) for one in placed])
    summary.write_notes(document.notes)
    book.close()
    out.seek(0)
    return out


def _draw_charts(
    book: Any, summary: SummarySheet, document: ReportDocument, styles: Styles
) -> None:
    charts = [chart for section in document.sections for chart in section.charts]
    sheet, top, name = None, 0, words("sheet-chart-data")
    for chart in charts:
        drawn = grid(chart.specification)
        title = one_line(chart.title)
        if drawn is None:
            summary.say(words("chart-not-drawable", chart=title))
            continue
        if not drawn.categories or not drawn.series:
            summary.say(words("chart-empty", chart=title))
            continue
        if sheet is None:
            sheet = book.add_worksheet(name)
            sheet.set_column(0, 0, 30)
            sheet.set_column(1, 24, 16)
            set_up_print(sheet, document, f"{document.title}: {name}")
        picture = native_chart(book, name, top, chart, drawn)
        summary.place_chart(picture, chart.alternative_text, chart_height(drawn))
        if other_marks(chart.specification):
            summary.say(words("chart-without-marks", chart=title))
        top = write_grid(sheet, top, chart, drawn, styles)


def _sheet_names(tables: Sequence[Table], counts: Sequence[int]) -> list[list[str]]:
    """Per table the names of its sheets: the title as far as Excel takes it, each name once."""
    # Excel keeps the last one for itself.
    ours = (words("sheet-summary"), words("sheet-chart-data"))
    taken = {*(name.casefold() for name in ours), "history"}
    names = []
    for table, count in zip(tables, counts, strict=True):
        title = " ".join(re.sub(r"[\[\]:*?/\\]", " ", one_line(table.title)).split()).strip("'")
        own: list[str] = []
        number = 1
        while len(own) < count:
            name = _sheet_name(title or words("unnamed-table"), number)
            number += 1
            if name.casefold() not in taken:
                taken.add(name.casefold())
                own.append(name)
        names.append(own)
    return names


def _sheet_name(title: str, number: int) -> str:
    mark = f" ({number})" if number > 1 else ""
    room = LONGEST_NAME - len(mark)
    return (title if len(title) <= room else _shortened(title, room)) + mark


def _shortened(title: str, room: int) -> str:
    """Up to a comma, if much of the title stands before it; else its first words with an ellipsis.

    A first word that is very long is cut, too.
    """
    clause = title[: room + 1].rpartition(",")[0]
    if len(clause) >= room // 2:
        return clause
    kept = title[: room - 1]
    words = kept if title[room - 1] == " " else kept.rpartition(" ")[0]
    return (words if len(words) >= room // 2 else kept).rstrip(" ,;.'") + "…"
