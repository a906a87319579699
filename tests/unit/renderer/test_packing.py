"""How files of one table become one file."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from typing import BinaryIO

import pytest

from services.renderer.formats.packing import ensure_rows, pack, unique
from shared.document import ReportDocument, Section, Table
from shared.errors import PermanentError
from tests.documents import COLUMNS, document, table

AT = datetime(2026, 11, 2, 8, 15, 30, tzinfo=UTC)


def called(name: str, *, available: int | None = None) -> Table:
    return Table(name=name, title=name, columns=COLUMNS, rows=(), available_rows=available)


def packed(wanted: ReportDocument) -> bytes:
    """The tables' files in one; each holds its table's name."""

    def write(table: Table, out: BinaryIO) -> int:
        out.write(table.name.encode())
        return len(table.rows)

    out = io.BytesIO()
    pack(wanted, "csv", out, write)
    return out.getvalue()


def two_tables_made(at: datetime) -> ReportDocument:
    tables = (called("first"), called("second"))
    return document(sections=(Section(title="x", tables=tables),), generated_at=at)


def test_a_zip_rests_on_its_files_and_the_moment_alone() -> None:
    now = packed(two_tables_made(AT))
    assert now == packed(two_tables_made(AT))
    assert now != packed(two_tables_made(AT + timedelta(minutes=1)))
    for entry in zipfile.ZipFile(io.BytesIO(now)).infolist():
        assert entry.date_time == (2026, 11, 2, 8, 15, 30)
        assert entry.external_attr >> 16 == 0o644
    elsewhere = two_tables_made(AT.astimezone(timezone(timedelta(hours=9))))
    entries = zipfile.ZipFile(io.BytesIO(packed(elsewhere))).infolist()
    assert {entry.date_time for entry in entries} == {(2026, 11, 2, 8, 15, 30)}


def test_a_moment_before_zips_had_dates_is_no_error() -> None:
    assert packed(two_tables_made(datetime(1970, 1, 1, tzinfo=UTC)))


def test_a_tables_name_leads_nowhere() -> None:
    names = ["../../etc/passwd", "C:\\x", "a/b", "", "über", "a" * 300]
    sections = (Section(title="All", tables=tuple(map(called, names))),)
    archive = zipfile.ZipFile(io.BytesIO(packed(document(sections=sections))))
    assert archive.namelist() == [
        "about.txt", "_etc_passwd.csv", "C_x.csv", "a_b.csv", "table.csv", "_ber.csv",
        "a" * 80 + ".csv",
    ]  # fmt: skip


def test_names_that_differ_in_case_alone_are_told_apart() -> None:
    assert unique(["a", "A", "a", "a_2"]) == ["a", "A_2", "a_3", "a_2_2"]


def test_in_a_zip_each_cut_table_says_so() -> None:
    tables = (called("whole"), called("cut", available=48_120))
    content = packed(document(sections=(Section(title="x", tables=tables),)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist()[1:] == ["whole.csv", "cut.first-0-of-48120-rows.csv"]
        assert "cut, first 0 of 48,120 rows\r\n" in archive.read("about.txt").decode()


def test_a_file_with_other_rows_than_its_table_is_refused() -> None:
    whole = table([("a", 1, 1, None, "1", None)])
    ensure_rows(1, whole)
    with pytest.raises(PermanentError, match="has 1 rows, its file 0"):
        ensure_rows(0, whole)
