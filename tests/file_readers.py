"""Reads rendered files back, each with another library than the one that wrote it.

A file becomes a mapping from its tables' names to rows of values: None, str, int, Decimal, date,
datetime (UTC) or bool. In XLSX a datetime is the report's local time, without offset.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

from services.renderer.formats import Rendered
from shared.document import Cell, Column, Kind, ReportDocument, Table

Value = bool | int | str | Decimal | date | datetime | None
Rows = list[list[Value]]


def expected(table: Table) -> Rows:
    """What the document itself says, in the same values."""
    return [
        [_meant(cell, column.kind) for cell, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]


def at_the_wall(rows: Rows, timezone: str) -> Rows:
    """The rows with local times in place of instants, as a spreadsheet has them."""
    zone = ZoneInfo(timezone)
    return [
        [
            value.astimezone(zone).replace(tzinfo=None) if isinstance(value, datetime) else value
            for value in row
        ]
        for row in rows
    ]


CODES = {"close_up": "close-up", "hd": "HD", "uhd": "UHD"}
"""Those that are not just written without their underscores."""


def in_words(rows: Rows, table: Table) -> Rows:
    """The rows with the source's codes in the words that people read."""
    return [
        [
            CODES.get(value, value.replace("_", " "))
            if column.coded and isinstance(value, str)
            else value
            for value, column in zip(row, table.columns, strict=True)
        ]
        for row in rows
    ]


def _meant(cell: Cell, kind: Kind) -> Value:
    if not isinstance(cell, str):
        return cell
    match kind:
        case Kind.DECIMAL | Kind.PERCENT:
            return Decimal(cell)
        case Kind.DATE:
            return date.fromisoformat(cell)
        case Kind.INSTANT:
            return datetime.fromisoformat(cell).astimezone(UTC)
    return cell


def members(rendered: Rendered) -> list[bytes]:
    """The tables' files: of the zip when there are several, else the file itself."""
    if rendered.media_type != "application/zip":
        return [rendered.content]
    with zipfile.ZipFile(io.BytesIO(rendered.content)) as archive:
        return [archive.read(name) for name in archive.namelist() if name != "about.txt"]


def read(name: str, rendered: Rendered, document: ReportDocument) -> list[Rows]:
    """The rows of every table in the file, in the document's order."""
    tables = document.tables
    match name:
        case "json":
            back = ReportDocument.model_validate_json(rendered.content)
            return [expected(table) for table in back.tables]
        case "csv":
            return [_csv(c, t) for c, t in zip(members(rendered), tables, strict=True)]
        case "ndjson":
            return [_ndjson(c, t) for c, t in zip(members(rendered), tables, strict=True)]
        case "parquet":
            return [_parquet(content) for content in members(rendered)]
        case "xlsx":
            return _xlsx(rendered.content, document)
    raise AssertionError(f"nobody reads {name} back")


def csv_records(content: bytes) -> Iterator[list[tuple[str, bool]]]:
    """RFC 4180 records: each field with whether it was quoted, which tells "" from nothing."""
    text = content.decode("utf-8")
    record: list[tuple[str, bool]] = []
    at = 0
    while at < len(text):
        quoted = text[at] == '"'
        if quoted:
            field, at = "", at + 1
            while True:
                end = text.index('"', at)
                field += text[at:end]
                at = end + 1
                if not text.startswith('"', at):
                    break
                field, at = field + '"', at + 1
        else:
            end = min(place for place in (text.find(",", at), text.find("\r\n", at)) if place >= 0)
            field, at = text[at:end], end
            assert not set('"\r\n') & set(field)
        record.append((field, quoted))
        if text[at] == ",":
            at += 1
        else:
            assert text[at : at + 2] == "\r\n"
            at += 2
            yield record
            record = []
    assert not record


def _csv(content: bytes, table: Table) -> Rows:
    header, *records = csv_records(content)
    assert [field for field, _ in header] == [column.name for column in table.columns]
    return [
        [_csv_value(f, q, c) for (f, q), c in zip(record, table.columns, strict=True)]
        for record in records
    ]


def _csv_value(field: str, quoted: bool, column: Column) -> Value:
    if field == "" and not quoted:
        return None
    if field[:1] == "'" and field[1:2] in tuple("=+-@\t\r\n"):
        field = field[1:]
    match column.kind:
        case Kind.INTEGER:
            return int(field)
        case Kind.BOOLEAN:
            return {"true": True, "false": False}[field]
    return _meant(field, column.kind)


def _ndjson(content: bytes, table: Table) -> Rows:
    lines = content.decode().split("\n")
    assert lines.pop() == ""
    rows = [json.loads(line) for line in lines]
    assert all(list(row) == [column.name for column in table.columns] for row in rows)
    return [[_meant(row[column.name], column.kind) for column in table.columns] for row in rows]


def _parquet(content: bytes) -> Rows:
    table = pq.read_table(io.BytesIO(content))
    rows = [list(row.values()) for row in table.to_pylist()]
    return [[v.astimezone(UTC) if isinstance(v, datetime) else v for v in row] for row in rows]


def _xlsx(content: bytes, document: ReportDocument) -> list[Rows]:
    """Types as openpyxl sees them; texts as calamine does.

    openpyxl knows an empty text from an empty cell, but not the escapes of ECMA-376 part 1,
    22.9.2.19 (`_x000D_`); with calamine it is the other way round.
    """
    book = openpyxl.load_workbook(io.BytesIO(content))
    found = []
    for sheet, table in zip(book.worksheets[1:], document.tables, strict=False):
        texts = calamine(content, sheet.title)
        rows = list(sheet.iter_rows(min_row=2, max_row=1 + len(table.rows), values_only=True))
        found.append(
            [
                [
                    str(text) if isinstance(value, str) else _xlsx_value(value, column)
                    for value, text, column in zip(row, line, table.columns, strict=True)
                ]
                for row, line in zip(rows, texts[1:], strict=False)
            ]
            if table.rows
            else []
        )
    return found


def _xlsx_value(value: Any, column: Column) -> Value:
    match value:
        case None | bool():
            return value
        case datetime() if column.kind is Kind.DATE:
            assert value.time() == datetime.min.time()
            return value.date()
        case datetime():
            return value
    if column.kind is Kind.INTEGER:
        assert isinstance(value, int)
        return value
    exact = Decimal(repr(value))
    return exact.scaleb(2) if column.kind is Kind.PERCENT else exact


def calamine(content: bytes, sheet: str | int) -> Sequence[Sequence[Any]]:
    """One sheet, by its name or its place, as calamine reads it."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    found = (
        book.get_sheet_by_name(sheet) if isinstance(sheet, str) else book.get_sheet_by_index(sheet)
    )
    return found.to_python(skip_empty_area=False)
