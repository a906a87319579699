"""A whole report as one HTML page. The words are the template's, the tables are made here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from markupsafe import Markup, escape

from services.renderer.drawing.fonts import register_fonts
from services.renderer.drawing.inline_svg import inline_chart
from services.renderer.drawing.pages import Page, page_for
from services.renderer.drawing.table_layout import LargestSizes, type_size
from services.renderer.presentation import (
    LEFT_KINDS,
    around,
    cell_text,
    cut,
    heading,
    instant,
    one_line,
    total_text,
    without_empty_comparisons,
)
from services.renderer.templating import template
from shared.document import Cell, Column, Kind, ReportDocument, Section, Table
from shared.errors import PermanentError

SHORT = 12
"""Rows; a table of up to so many is printed on one page."""
KEPT_TOGETHER = 2
"""Rows at a table's end that are printed on one page with its total."""


TOTAL = '<tr class="total">'


@dataclass(frozen=True)
class Figure:
    """One chart on the page."""

    title: str | None
    """None where the section's heading says it already."""
    svg: Markup


@dataclass(frozen=True)
class Grid:
    """One table on the page."""

    title: str
    same_as_heading: bool
    cut: str | None
    """For instance "first 10,000 of 48,120 rows"."""
    head: Markup
    body: Markup
    end: Markup
    """The last rows and the total."""
    end_is_odd: bool
    """Whether the first of them is an odd one, counted from 0: for the zebra to go on."""
    short: bool
    print_size: float
    """Points of its type on paper, as in the PDF."""
    unbroken: bool
    """Whether each of its cells has room on one line there."""


@dataclass(frozen=True)
class Part:
    """One section of the page."""

    title: str
    text: tuple[str, ...]
    figures: tuple[Figure, ...]
    grids: tuple[Grid, ...]


def draw_page(document: ReportDocument) -> tuple[bytes, int]:
    """The page (UTF-8) and how many table rows were found in it."""
    register_fonts()  # what a cell takes on paper is measured in them
    document = document.with_tables(without_empty_comparisons)
    paper = page_for(document)
    sizes = LargestSizes(document.tables, paper.content_width, document.period.timezone)
    parts = [
        _part(section, document, number, paper, sizes)
        for number, section in enumerate(document.sections)
    ]
    page = template("report.html").render(
        document=document,
        parts=parts,
        across=paper.width > paper.height,
        page_of_pages=_page_of_pages(),
        timed=partial(_timed, document.period.timezone),
    )
    return page.encode(), _rows_read_back(page, document)


def _page_of_pages() -> str:
    """What is printed on each page, as CSS has it: strings beside counters."""
    page, pages = '" counter(page) "', '" counter(pages)'
    before, after = around("page-of-pages", "pages", page=page)
    assert not after, "the number of pages stands last"
    return f'"{before}{pages}'


def _timed(timezone: str, name: str, at: datetime) -> Markup:
    """A message about an instant, which machines can read too."""
    before, after = around(name, "at")
    shown = Markup('<time datetime="{}">{}</time>').format(at.isoformat(), instant(at, timezone))
    return escape(before) + shown + escape(after)


def _part(
    section: Section, document: ReportDocument, number: int, paper: Page, sizes: LargestSizes
) -> Part:
    title = one_line(section.title)
    return Part(
        title=title,
        text=section.text,
        figures=tuple(
            Figure(
                title=None
                if one_line(chart.title) == title and section.begins_with(chart)
                else one_line(chart.title),
                # As wide as on the PDF's page, so that both use what was compiled for one of
                # them. Every value in it was escaped, and every element is one we know.
                svg=Markup(inline_chart(chart, round(paper.content_width), f"c{number}-{index}-")),  # noqa: S704
            )
            for index, chart in enumerate(section.charts)
        ),
        grids=tuple(_grid(table, section, document, paper, sizes) for table in section.tables),
    )


def _grid(
    table: Table, section: Section, document: ReportDocument, paper: Page, sizes: LargestSizes
) -> Grid:
    title = one_line(table.title)
    timezone = document.period.timezone
    columns = table.columns
    # The column that names its row, for those who hear the table.
    naming = 0 if columns and columns[0].kind in (Kind.TEXT, Kind.DATE) else None
    opened = [_cell_tags(column, index == naming) for index, column in enumerate(columns)]
    rows = [_row(row, columns, opened, timezone) for row in table.rows]
    apart = max(0, len(rows) - KEPT_TOGETHER)
    end = rows[apart:]
    if rows and table.total is not None:
        end.append(_row(table.total, columns, opened, timezone, total_text, TOTAL))
    size, unbroken = type_size(table, paper.content_width, timezone, sizes.of(table))
    return Grid(
        title=title,
        same_as_heading=title == one_line(section.title) and section.begins_with(table),
        cut=cut(table),
        head=Markup("").join(
            Markup('<th scope="col"{}>{}</th>').format(
                Markup("") if column.kind in LEFT_KINDS else Markup(' class="n"'), heading(column)
            )
            for column in columns
        ),
        body=Markup("\n").join(rows[:apart]),
        end=Markup("\n").join(end),
        end_is_odd=apart % 2 == 1,
        short=len(rows) <= SHORT,
        print_size=size,
        unbroken=unbroken,
    )


def _cell_tags(column: Column, names_row: bool) -> tuple[str, str]:
    if names_row:
        return '<th scope="row" dir="auto">', "</th>"
    if column.kind is Kind.TEXT:
        return '<td dir="auto">', "</td>"
    return ("<td>" if column.kind in LEFT_KINDS else '<td class="n">'), "</td>"


def _row(
    cells: Sequence[Cell],
    columns: Sequence[Column],
    tags: Sequence[tuple[str, str]],
    timezone: str,
    text: Callable[[Cell, Column, str], str] = cell_text,
    opening_tag: str = "<tr>",
) -> Markup:
    inside = "".join(
        f"{opening}{escape(text(cell, column, timezone))}{end}"
        for cell, column, (opening, end) in zip(cells, columns, tags, strict=True)
    )
    # Every cell was escaped just above.
    return Markup(f"{opening_tag}{inside}</tr>")  # noqa: S704


def _rows_read_back(page: str, document: ReportDocument) -> int:
    """How many table rows the page has; PermanentError when it lacks a table or a chart.

    Nothing in a document can forge an element, because every value is escaped.
    """
    filled = [table for table in document.tables if table.rows]
    charts = sum(len(section.charts) for section in document.sections)
    if (page.count("<table"), page.count("<svg")) != (len(filled), charts):
        raise PermanentError("file_not_whole", "the page lacks a table or a chart")
    return page.count("<tr>") - len(filled)
