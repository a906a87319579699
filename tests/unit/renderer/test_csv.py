"""The CSV as a spreadsheet and a program read it."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from services.renderer.formats import adjusted, formats
from shared.format_options import FormatOptions
from tests.documents import document, empty_document, two_tables


def lines(rows: list[tuple[object, ...]]) -> list[str]:
    content = formats["csv"].render(document(rows=rows)).content.decode()
    assert content.endswith("\r\n")
    return content.removesuffix("\r\n").split("\r\n")


def first_field(text: str) -> str:
    content = formats["csv"].render(document(rows=[(text, 1, 1, "1.0", "1", None)])).content
    return list(csv.reader(io.StringIO(content.decode(), newline="")))[1][0]


def test_figures_are_exact_and_the_totals_row_is_left_out() -> None:
    content = formats["csv"].render(document()).content.decode()
    assert content == (
        "project,delivered,previous,change,gpu_hours,last_delivery\r\n"
        "Northern Lights,21,18,16.7,412.50,2026-10-30\r\n"
        "The Paper Boat,14,16,-12.5,1208.75,2026-10-28\r\n"
        "Harbour Street,10,6,66.7,96.00,2026-10-31\r\n"
        "Cold Harvest,0,0,,0.00,\r\n"
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_text_that_a_spreadsheet_would_compute_is_kept_as_text(start: str) -> None:
    formula = start + 'cmd|" /C calc"!A0'
    assert first_field(formula) == "'" + formula


@pytest.mark.parametrize("not_a_number", ["-1+1|cmd", "-", "-1-1", "-=1", "+1"])
def test_a_formula_in_a_column_of_figures_is_no_figure(not_a_number: str) -> None:
    assert lines([("a", 1, 1, not_a_number, "1", None)])[1].split(",")[3] == "'" + not_a_number


def test_formulas_stay_as_they_are_where_that_was_asked_for() -> None:
    plain = adjusted(formats["csv"], FormatOptions(neutralise_formulas=False))
    content = plain.render(document(rows=[("=1+1", 1, 1, "-1", "1", None)])).content.decode()
    assert content.split("\r\n")[1] == "=1+1,1,1,-1,1,"


def test_every_file_begins_with_a_byte_order_mark_where_that_was_asked_for() -> None:
    marked = adjusted(formats["csv"], FormatOptions(csv_byte_order_mark=True))
    usual = formats["csv"].render(document()).content
    assert marked.render(document()).content == b"\xef\xbb\xbf" + usual
    with zipfile.ZipFile(io.BytesIO(marked.render(two_tables()).content)) as archive:
        files = [archive.read(name) for name in archive.namelist() if name.endswith(".csv")]
    assert [file[:3] for file in files] == [b"\xef\xbb\xbf"] * 2


def test_negative_figures_stay_figures() -> None:
    assert lines([("a", -5, 1, "-12.5", "-0.25", None)])[1] == "a,-5,1,-12.5,-0.25,"


def test_no_value_and_an_empty_text_are_told_apart() -> None:
    assert lines([(None, 1, 1, None, "1", None), ("", 1, 1, None, "1", "")])[1:] == [
        ",1,1,,1,",
        '"",1,1,,1,""',
    ]


@pytest.mark.parametrize("text", ["a,b", 'say "so"', "two\r\nlines", "0001", " padded ", "Ω"])
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    assert first_field(text) == text


def test_an_empty_report_is_a_header() -> None:
    rendered = formats["csv"].render(empty_document())
    assert rendered.content.count(b"\r\n") == 1
    assert rendered.rows == 0


def test_two_tables_are_two_files_of_one_zip() -> None:
    rendered = formats["csv"].render(two_tables())
    with zipfile.ZipFile(io.BytesIO(rendered.content)) as archive:
        first = archive.read("by_project.csv").decode().splitlines()
        second = archive.read("by_project_2.csv").decode().splitlines()
    assert len(first) == 5
    assert second == ["project,delivered,previous,change,gpu_hours,last_delivery"]
