"""Where the cells of a printed table stand, as PDFium finds them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # it has no types

from services.renderer.drawing.report import draw_report
from shared.document import Column, Kind, ReportDocument, Section, Table
from tests.documents import document

LONG = "a name that goes on and on " * 6
FIGURES = (7, 1_234_567, -88, 450_000)


def table_of(*rows: tuple[str, str, int]) -> ReportDocument:
    columns = (
        Column(name="name", title="Name", kind=Kind.TEXT),
        Column(name="note", title="Note", kind=Kind.TEXT),
        Column(name="figure", title="Figure", kind=Kind.INTEGER),
    )
    table = Table(name="t", title="T", columns=columns, rows=rows)
    return document(summary=("One.",), kpis=(), sections=(Section(title="S", tables=(table,)),))


@contextmanager
def pages(wanted: ReportDocument) -> Iterator[list[Any]]:
    """The texts of each page."""
    with closing(pypdfium2.PdfDocument(draw_report(wanted)[0])) as opened:
        yield [page.get_textpage() for page in opened]


def place(page: Any, text: str) -> tuple[float, float]:
    """Right end and baseline of the text, in points."""
    found = page.search(text, match_case=True).get_next()
    assert found is not None
    start, count = found
    boxes = [page.get_charbox(index, loose=True) for index in (start, start + count - 1)]
    return boxes[1][2], boxes[0][1]


def test_figures_end_below_each_other_beside_names_of_one_line_and_of_many() -> None:
    names = ("Ada", LONG, "(Jo) \\", LONG)
    rows = [
        (f"row{n} {name}", "same", figure)
        for n, (name, figure) in enumerate(zip(names, FIGURES, strict=True))
    ]
    with pages(table_of(*rows)) as (page,):
        # 450,000 comes last, after two rows of several lines.
        places = [place(page, text) for text in ("1,234,567", "−88", "450,000")]
        ends = [right for right, _ in places]
        assert max(ends) - min(ends) < 0.05
        for row, (_, baseline) in enumerate(places, start=1):
            assert abs(place(page, f"row{row}")[1] - baseline) < 0.05
        assert "row2 (Jo) \\" in page.get_text_range()


def test_more_letters_than_a_font_in_a_pdf_has_room_for_are_all_printed() -> None:
    """A simple font has 256 codes (ISO 32000-1, section 9.6)."""
    letters = [chr(code) for code in (*range(0x100, 0x17F), *range(0x3B1, 0x3CA),
                                      *range(0x400, 0x460), *range(0xC0, 0x100))]  # fmt: skip
    words = ["".join(letters[at : at + 8]) for at in range(0, len(letters), 8)]
    assert len(set("".join(words))) > 256
    with pages(table_of(*[(word, word[::-1], 1) for word in words])) as found:
        printed = "".join(page.get_text_range() for page in found)
    for word in words:
        assert word in printed
        assert word[::-1] in printed


def test_tables_of_the_same_figures_are_set_in_the_same_type() -> None:
    figures = [
        Column(name=f"f{number}", title=f"Figure {number}", kind=Kind.INTEGER)
        for number in range(7)
    ]

    def of(title: str, name: str, figure: int) -> Table:
        columns = (Column(name="name", title=title, kind=Kind.TEXT), *figures)
        return Table(name=title, title=title, columns=columns, rows=((name, *[figure] * 7),))

    tables = (
        of("Tier", "HD", 1_111),
        of("Project", "A name that takes as much room as there is", 2_222),
    )
    with pages(document(kpis=(), sections=(Section(title="S", tables=tables),))) as (page,):
        together = letter_height(page, "HD")
        assert together == letter_height(page, "A name that takes")
    with pages(document(kpis=(), sections=(Section(title="S", tables=tables[:1]),))) as (page,):
        assert letter_height(page, "HD") > together


def test_a_heading_stands_on_one_line_where_there_is_room() -> None:
    columns = (
        Column(name="name", title="Name", kind=Kind.TEXT),
        Column(name="n", title="Older than the 90th percentile", kind=Kind.INTEGER),
    )
    table = Table(name="t", title="T", columns=columns, rows=(("a", 1),))
    with pages(document(kpis=(), sections=(Section(title="S", tables=(table,)),))) as (page,):
        assert place(page, "Older than")[1] == place(page, "percentile")[1]


def letter_height(page: Any, text: str) -> float:
    """Of its line, in points."""
    found = page.search(text, match_case=True).get_next()
    assert found is not None
    _, bottom, _, top = page.get_charbox(found[0], loose=True)
    return round(float(top - bottom), 2)
