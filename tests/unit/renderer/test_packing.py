"""How files of one table become one file."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.renderer.formats.packing import ensure_rows, packed, unique, zipped
from shared.document import Section, Table
from shared.errors import PermanentError
from tests.documents import COLUMNS, document, table

AT = datetime(2026, 11, 2, 8, 15, 30, tzinfo=UTC)


def called(name: str, *, available: int | None = None) -> Table:
    return Table(name=name, title=name, columns=COLUMNS, rows=(), available_rows=available)


def test_a_zip_rests_on_its_files_and_the_moment_alone() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=9)))
    assert zipped([("a", b"1")], AT) == zipped([("a", b"1")], elsewhere)
    assert zipped([("a", b"1")], AT) != zipped([("a", b"1")], AT + timedelta(minutes=1))
    (entry,) = zipfile.ZipFile(io.BytesIO(zipped([("a", b"1")], AT))).infolist()
    assert entry.date_time == (2026, 11, 2, 8, 15, 30)


def test_a_moment_before_zips_had_dates_is_no_error() -> None:
    assert zipped([("a", b"1")], datetime(1970, 1, 1, tzinfo=UTC))


def test_a_tables_name_leads_nowhere() -> None:
    names = ["../../etc/passwd", "C:\\x", "a/b", "", "über", "a" * 300]
    sections = (Section(title="All", tables=tuple(map(called, names))),)
    rendered = packed(document(sections=sections), "csv", [b""] * len(names))
    archive = zipfile.ZipFile(io.BytesIO(rendered.content))
    assert archive.namelist() == [
        "about.txt", "_etc_passwd.csv", "C_x.csv", "a_b.csv", "table.csv", "_ber.csv",
        "a" * 80 + ".csv",
    ]  # fmt: skip


def test_names_that_differ_in_case_alone_are_told_apart() -> None:
    assert unique(["a", "A", "a", "a_2"]) == ["a", "A_2", "a_3", "a_2_2"]


def test_in_a_zip_each_cut_table_says_so() -> None:
    tables = (called("whole"), called("cut", available=48_120))
    rendered = packed(document(sections=(Section(title="x", tables=tables),)), "csv", [b"", b""])
    with zipfile.ZipFile(io.BytesIO(rendered.content)) as archive:
        assert archive.namelist()[1:] == ["whole.csv", "cut.first-0-of-48120-rows.csv"]
        assert "cut, first 0 of 48,120 rows\r\n" in archive.read("about.txt").decode()


def test_a_file_with_other_rows_than_its_table_is_refused() -> None:
    whole = table([("a", 1, 1, None, "1", None)])
    ensure_rows(1, whole)
    with pytest.raises(PermanentError, match="has 1 rows, its file 0"):
        ensure_rows(0, whole)
