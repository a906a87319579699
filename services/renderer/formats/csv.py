"""CSV: a report's tables, by RFC 4180, safe to open in a spreadsheet.

Values keep their exact figures: no thousands separators, no units, ISO 8601 dates. "No value"
is an empty field, an empty text is `""` (the csv module of Python 3.11 cannot tell them apart,
so the few lines of quoting are here). The totals row is left out: it is no row of the table.
What is written here of rows in the document, `csv_batches` writes of stored ones.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from functools import partial
from typing import Any, BinaryIO

from services.renderer.formats.format import Files, Rendered, Written, in_memory, register
from services.renderer.formats.formulas import begins_a_formula
from services.renderer.formats.packing import pack
from shared.document import Cell, Kind, ReportDocument, Table
from shared.format_options import FormatOptions


@register
class CsvFormat:
    """UTF-8, CRLF, one header row with the columns' names."""

    name = "csv"
    title = "CSV"
    media_type = "text/csv; charset=utf-8; header=present"
    extension = "csv"
    internal = False
    isolated = False
    kept_warm = True

    def __init__(self, options: FormatOptions | None = None) -> None:
        self._options = options or FormatOptions()

    def adjusted(self, options: FormatOptions) -> CsvFormat:
        """With or without byte order mark, formulas neutralised or not."""
        return CsvFormat(options)

    def render(self, document: ReportDocument) -> Rendered:
        """The one table's rows, or a zip of one such file for each table."""
        return in_memory(self, document)

    def write(self, document: ReportDocument, files: Files, out: BinaryIO) -> Written:
        """The same, the rows of large tables read as they are written."""
        timezone = document.period.timezone
        return pack(document, self.extension, out, partial(_write, self._options, files, timezone))


def _write(options: FormatOptions, files: Files, timezone: str, table: Table, out: BinaryIO) -> int:
    if options.csv_byte_order_mark:
        out.write(BOM_UTF8)
    safe = options.neutralise_formulas
    header = ",".join(_text(column.name, safe) for column in table.columns) + "\r\n"
    out.write(header.encode())
    if table.stored is None:
        kinds = [column.kind for column in table.columns]
        lines = (
            ",".join(_field(cell, kind, safe) for cell, kind in zip(row, kinds, strict=True))
            + "\r\n"
            for row in table.rows
        )
        out.write("".join(lines).encode())
        return len(table.rows)
    # Imported here: Arrow takes 45 MB, which only a report with a large table needs.
    from services.renderer.formats import arrow_texts, csv_batches, stored_tables

    texts = arrow_texts.Texts(timezone)

    def lines_of(batch: Any) -> memoryview:
        return csv_batches.lines(batch, texts, safe)

    return stored_tables.write_batches(table, files, lines_of, out)


def _field(cell: Cell, kind: Kind, safe: bool) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case int():
            return str(cell)
    if kind in (Kind.DECIMAL, Kind.PERCENT) and _is_number(cell):
        return cell
    return _text(cell, safe)


def _is_number(cell: str) -> bool:
    """Whether a decimal's string is one, so that its minus sign is no formula."""
    whole, _, fraction = cell.removeprefix("-").partition(".")
    digits = whole + fraction
    return digits.isascii() and digits.isdigit()


def _text(text: str, safe: bool) -> str:
    if safe and begins_a_formula(text):
        text = "'" + text
    if text == "" or any(character in text for character in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
