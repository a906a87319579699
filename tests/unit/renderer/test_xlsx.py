"""The workbook as somebody opens it who goes on computing."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from services.renderer.formats.arrow_tables import arrow_table
from services.renderer.isolation.sample import SMALLEST_PNG
from services.renderer.spreadsheet.workbook import draw_workbook
from shared.document import Cell, Chart, Column, Kind, ReportDocument, Section, Table
from shared.errors import PermanentError
from shared.house_style import HouseStyle, Logo, Paper, Picture
from shared.series_colours import SERIES
from tests.documents import bar_chart, cut_document, document, document_of_rows, every_kind, kpi
from tests.file_readers import calamine


def drawn(wanted: ReportDocument, **over: Any) -> bytes:
    out = io.BytesIO()
    rows = draw_workbook(wanted, lambda table: arrow_table(table, wanted).to_batches(), out, **over)
    assert rows == wanted.row_count
    return out.getvalue()


def opened(wanted: ReportDocument, **over: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(drawn(wanted, **over)))


def with_tables(*tables: Table, charts: tuple[Chart, ...] = ()) -> ReportDocument:
    return document(sections=(Section(title="All", charts=charts, tables=tables),))


def one_column(kind: Kind, *cells: Cell, title: str = "Table", places: int | None = None) -> Table:
    return Table(
        name="t",
        title=title,
        columns=(Column(name="c", title="c", kind=kind, places=places),),
        rows=tuple((cell,) for cell in cells),
    )


def texts(sheet: Any) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_a_table_sheet_can_be_filtered_and_scrolled() -> None:
    sheet = opened(document())["Delivered characters by project"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:F5"
    assert [cell.value for cell in sheet[1]] == [
        "Project", "Delivered (characters)", "Previous period (characters)", "Change",
        "GPU time (h)", "Last delivery",
    ]  # fmt: skip
    assert all(9 <= sheet.column_dimensions[letter].width <= 62 for letter in "ABCDEF")
    assert sheet.print_title_rows == "$1:$1"


def test_the_total_stands_apart_from_what_is_filtered() -> None:
    sheet = opened(document())["Delivered characters by project"]
    assert [cell.value for cell in sheet[6]] == [None] * 6
    assert [cell.value for cell in sheet[7]] == ["Total", 45, 40, 0.125, 1717.25, None]


def test_cells_are_shown_as_their_kind_asks() -> None:
    sheet = opened(every_kind())["Every kind of cell"]
    formats = [cell.number_format for cell in sheet[2]]
    assert formats == [
        "@", "#,##0", '#,##0.00 "h"', "#,##0.000000", "#,##0.0%", "d mmm yyyy",
        "yyyy-mm-dd hh:mm:ss.000", '"TRUE";"TRUE";"FALSE"',
    ]  # fmt: skip
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value == "0001"
    assert sheet["G1"].value == "Seen (Europe/Berlin)"


def test_a_text_that_looks_like_a_formula_stays_a_text_when_it_is_edited() -> None:
    sheet = opened(every_kind())["Every kind of cell"]
    by_text = {row[0].value: row[0] for row in sheet.iter_rows(min_row=2) if row[0].value}
    for text in ("=1+1", "+1", "-1", "@sum"):
        assert by_text[text].data_type == "s"
        assert by_text[text].quotePrefix
    assert not by_text["0001"].quotePrefix
    plain = opened(every_kind(), guard_formulas=False)["Every kind of cell"]
    for row in plain.iter_rows(min_row=2):
        assert row[0].data_type in ("s", "inlineStr", "n")
        assert not row[0].quotePrefix


def test_milliseconds_are_kept_and_what_is_finer_is_said() -> None:
    cells = ("2026-10-30T08:00:00.125+00:00", "2026-10-30T08:00:00.123456+00:00")
    sheet = opened(with_tables(one_column(Kind.INSTANT, *cells)))["Table"]
    assert sheet["A2"].value == datetime.fromisoformat("2026-10-30T09:00:00.125")
    assert sheet["A3"].value == datetime.fromisoformat("2026-10-30T09:00:00.123")
    assert "1 time is rounded to the millisecond." in texts(sheet)


def test_a_figure_with_more_digits_than_a_spreadsheet_has_is_a_text_and_says_so() -> None:
    cells = ("123456789.123456", "1234567890.123456")
    sheet = opened(with_tables(one_column(Kind.DECIMAL, *cells)))["Table"]
    assert (sheet["A2"].value, sheet["A3"].value) == (123456789.123456, "1234567890.123456")
    assert any(text.startswith("1 figure has more than 15 digits") for text in texts(sheet))
    sheet = opened(with_tables(one_column(Kind.INTEGER, 10**15 - 1, 10**15 + 1, 10**18)))["Table"]
    assert [sheet[f"A{row}"].value for row in (2, 3, 4)] == [10**15 - 1, str(10**15 + 1), 10**18]


def test_a_day_before_spreadsheets_agree_is_a_text_and_says_so() -> None:
    table = one_column(Kind.DATE, "1900-03-01", "1900-02-28", "0044-03-15")
    sheet = opened(with_tables(table))["Table"]
    assert sheet["A2"].value == datetime.fromisoformat("1900-03-01")
    assert (sheet["A3"].value, sheet["A4"].value) == ("1900-02-28", "0044-03-15")
    assert "2 days before March 1900 are texts." in texts(sheet)


def test_what_is_not_of_its_kind_is_a_text_and_says_so() -> None:
    sheet = opened(with_tables(one_column(Kind.DECIMAL, "1.5", "about two", "NaN")))["Table"]
    assert [sheet[f"A{row}"].value for row in (2, 3, 4)] == [1.5, "about two", "NaN"]
    assert any(text.startswith("2 cells are texts") for text in texts(sheet))


def test_a_text_longer_than_a_cell_ends_in_an_ellipsis_and_says_so() -> None:
    table = one_column(Kind.TEXT, "a" * 32_767, "🎬" * 16_384)
    content = drawn(with_tables(table))
    rows = calamine(content, "Table")
    assert rows[1] == ["a" * 32_767]
    assert rows[2] == ["🎬" * 16_383 + "…"]
    assert any("1 text is longer" in str(cell) for row in rows for cell in row)


def test_a_table_longer_than_a_sheet_goes_on_on_the_next_and_says_so() -> None:
    book = opened(document_of_rows(50), sheet_rows=13 + 20)
    title = "Delivered characters by project"
    names = [title, "Delivered characters by… (2)", "Delivered characters by… (3)"]
    assert book.sheetnames == ["Summary", *names, "Chart data"]
    projects = []
    for name, count in zip(names, (20, 20, 10), strict=True):
        sheet = book[name]
        assert sheet["A1"].value == "Project"
        assert sheet.auto_filter.ref == f"A1:F{count + 1}"
        projects += [sheet.cell(row, 1).value for row in range(2, count + 2)]
    assert projects == [f"Project {number}" for number in range(1, 51)]
    assert "Rows 1 to 20 of 50: a sheet holds no more." in texts(book[names[0]])
    assert f"Continues on the sheet '{names[1]}'." in texts(book[names[0]])
    assert "Total" not in texts(book[names[1]])
    assert "Total" in texts(book[names[2]])
    assert "21 to 40 of 50 rows" in texts(book["Summary"])


def test_rows_that_come_in_batches_of_any_size_lie_in_their_order() -> None:
    wanted = document_of_rows(50)
    table = arrow_table(wanted.tables[0], wanted)
    whole = drawn(wanted, sheet_rows=13 + 20)
    for size in (1, 7, 20, 64):
        out = io.BytesIO()
        draw_workbook(wanted, lambda _, s=size: table.to_batches(s), out, sheet_rows=13 + 20)  # type: ignore[misc]  # mypy gives s no type
        assert out.getvalue() == whole


def test_a_table_with_other_rows_than_it_says_is_refused() -> None:
    wanted = document_of_rows(50)
    less = arrow_table(wanted.tables[0], wanted).slice(0, 49)
    with pytest.raises(PermanentError, match="has 49 rows instead of 50"):
        draw_workbook(wanted, lambda _: less.to_batches(), io.BytesIO())


def test_a_file_that_was_damaged_is_noticed_when_it_is_read_back() -> None:
    class Forgetful(io.BytesIO):
        """Loses a byte of what was written by the time it is read."""

        def seek(self, offset: int, whence: int = 0) -> int:
            if (offset, whence) == (0, io.SEEK_SET) and len(self.getvalue()) > 8_000:
                self.getbuffer()[len(self.getvalue()) // 2] ^= 1
            return super().seek(offset, whence)

    wanted = document_of_rows(3_000)
    with pytest.raises(PermanentError, match="damaged"):
        draw_workbook(wanted, lambda table: arrow_table(table, wanted).to_batches(), Forgetful())


def test_a_table_that_just_fits_takes_one_sheet() -> None:
    assert len(opened(document_of_rows(20), sheet_rows=13 + 20).sheetnames) == 3
    assert len(opened(document_of_rows(21), sheet_rows=13 + 20).sheetnames) == 4


def test_what_a_limit_cut_away_is_said_on_both_sheets() -> None:
    book = opened(cut_document(3, 48_120))
    assert "Delivered characters by project: first 3 of 48,120 rows" in texts(book["Summary"])
    assert "First 3 of 48,120 rows." in texts(book["Delivered characters by project"])


def test_the_summary_has_key_figures_as_numbers_with_units() -> None:
    sheet = opened(document())["Summary"]
    found = {row[0].value: row for row in sheet.iter_rows() if row[0].value}
    turnaround = found["Median turnaround"]
    assert [cell.value for cell in turnaround[1:6]] == [9.4, 8.1, 0.16, "up", "bad"]
    assert turnaround[1].number_format == '#,##0.0 "days"'
    alone = found["Gpu hours per character"]
    assert [cell.value for cell in alone[1:6]] == [38.16, None, None, "no comparison", None]
    assert "45 characters were delivered across 3 projects" in " ".join(map(str, found))
    assert found["Delivered characters by project"][0].hyperlink.location == (
        "'Delivered characters by project'!A1"
    )


def test_a_key_figure_without_a_value_is_an_empty_cell() -> None:
    sheet = opened(document(kpis=(kpi("pass_rate", None, None, unit="%", places=1),)))["Summary"]
    (row,) = [row for row in sheet.iter_rows() if row[0].value == "Pass rate"]
    assert row[1].value is None
    assert row[1].number_format == r"#,##0.0\%"


def test_charts_are_native_and_draw_from_cells_with_the_documents_figures() -> None:
    content = drawn(document())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        xml = archive.read(charts[0]).decode()
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
    assert len(charts) == 1
    assert 'descr="Bars per day, stacked by project."' in drawing
    references = re.findall(r"<c:val><c:numRef><c:f>([^<]+)</c:f>", xml)
    assert references == [f"'Chart data'!${c}$3:${c}$33" for c in "BCDE"]
    assert '<c:grouping val="stacked"/>' in xml
    rows = calamine(content, "Chart data")
    assert rows[1][1:] == ["Northern Lights", "The Paper Boat", "Harbour Street", "Cold Harvest"]
    values = bar_chart().specification["data"]["values"]
    first_day = [row["delivered"] for row in values if row["day"] == "2026-10-01"]
    assert rows[2][1:] == first_day


def test_a_chart_s_titles_are_no_references() -> None:
    specification = {
        "data": {"values": [{"who": "=1+1", "n": 1}]},
        "mark": "bar",
        "encoding": {
            "x": {"field": "who", "type": "nominal", "title": "=A1"},
            "y": {"field": "n", "type": "quantitative", "title": "=B2"},
        },
    }
    chart = Chart(name="c", title="=C3", alternative_text="=D4", specification=specification)
    content = drawn(with_tables(charts=(chart,)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/charts/chart1.xml").decode()
    assert {f.partition("!")[0] for f in re.findall(r"<c:f>([^<]*)</c:f>", xml)} == {"'Chart data'"}
    assert [title.strip() for title in re.findall(r"<a:t>([^<]*)</a:t>", xml)] == [
        "=C3", "=A1", "=B2",
    ]  # fmt: skip


def test_a_time_that_comes_twice_is_pointed_out() -> None:
    cells = ("2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00", "2026-10-25T02:30:00+00:00")
    sheet = opened(with_tables(one_column(Kind.INSTANT, *cells)))["Table"]
    assert sheet["A2"].value == sheet["A3"].value != sheet["A4"].value
    assert any(text.startswith("2 times lie in an hour") for text in texts(sheet))


def test_a_chart_that_no_spreadsheet_draws_is_named() -> None:
    arc = Chart(
        name="pie",
        title="A pie",
        alternative_text="A pie.",
        specification={"data": {"values": [{"n": 1}]}, "mark": "arc", "encoding": {}},
    )
    book = opened(with_tables(charts=(arc,)))
    assert "Chart data" not in book.sheetnames
    assert any("The chart 'A pie' has no form" in text for text in texts(book["Summary"]))


@pytest.mark.parametrize(
    ("titles", "names"),
    [
        (("a/b[c]:d*e?f\\g", "a b c d e f g"), ["a b c d e f g", "a b c d e f g (2)"]),
        (("Summary", "SUMMARY"), ["Summary (2)", "SUMMARY (3)"]),
        (("History", "'quoted'"), ["History (2)", "quoted"]),
        (("", "\n"), ["Table", "Table (2)"]),
        (("x" * 40, "x" * 40), ["x" * 30 + "…", "x" * 26 + "… (2)"]),
        (
            ("Per character, by project, dearest first", "Before and after workflow changes"),
            ["Per character, by project", "Before and after workflow…"],
        ),
        (
            ("Per character, by day of delivery", "Active share of available time, by hour"),
            ["Per character, by day of…", "Active share of available time"],
        ),
        (
            ("Checks before and after their change", "One of " + "x" * 30),
            ["Checks before and after their…", "One of " + "x" * 23 + "…"],
        ),
    ],
)
def test_every_sheet_gets_a_name_that_excel_takes(
    titles: tuple[str, str], names: list[str]
) -> None:
    book = opened(with_tables(*(one_column(Kind.TEXT, "a", title=title) for title in titles)))
    assert book.sheetnames[1:] == names
    assert all(len(name) <= 31 for name in names)


def test_its_dates_are_the_documents() -> None:
    properties = opened(document()).properties
    assert properties.created == datetime.fromisoformat("2026-11-02T08:15")
    assert properties.title == "Delivery summary, 1–31 October 2026"
    assert properties.creator == "Lighthouse Studio"


def test_the_house_style_is_on_the_sheets_and_on_their_print() -> None:
    style = HouseStyle(
        paper=Paper.LETTER,
        colour="#8C1D40",
        second_colour="#A3783A",
        footer="Quay & Sons",
        logo=Logo(media_type=Picture.PNG, data=SMALLEST_PNG),
    )
    book = opened(document(house_style=style))
    summary, sheet = book["Summary"], book["Delivered characters by project"]
    for head in sheet[1]:
        assert (head.fill.fgColor.rgb, head.font.color.rgb) == ("FF8C1D40", "FFFFFFFF")
    total = next(row[0] for row in sheet.iter_rows() if row[0].value == "Total")
    assert total.border.top.color.rgb == "FFA3783A"
    assert summary["A1"].font.color.rgb == "FF8C1D40"
    assert summary.sheet_properties.tabColor.rgb == "FF8C1D40"
    assert len(summary._images) == 1  # openpyxl has no other name for them
    for each in book.worksheets:
        assert each.page_setup.paperSize == 1
        assert each.oddHeader.right.text == document().tenant
        assert each.oddFooter.center.text == "Quay && Sons"  # so Excel prints "&"


def test_without_a_house_style_sheets_are_plain_and_print_on_a4() -> None:
    for each in opened(document()).worksheets:
        assert each.page_setup.paperSize == 9
        assert each.oddFooter.center.text is None
        assert each.oddFooter.right.text.startswith("Data as of ")


def test_charts_have_the_colours_of_the_pages() -> None:
    with zipfile.ZipFile(io.BytesIO(drawn(document()))) as archive:
        drawing = archive.read("xl/charts/chart1.xml").decode()
    named = re.findall(r"<c:spPr><a:solidFill><a:srgbClr val=\"(\w{6})\"", drawing)
    series = document().sections[0].charts[0].specification["data"]["values"]
    names = {value["project"] for value in series}
    assert [f"#{colour}" for colour in named[: len(names)]] == list(SERIES[: len(names)])
