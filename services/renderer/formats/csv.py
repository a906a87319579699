"""CSV: a report's tables, by RFC 4180, safe to open in a spreadsheet.

Values keep their exact figures: no thousands separators, no units, ISO 8601 dates. "No value"
is an empty field, an empty text is `""` (the csv module of Python 3.11 cannot tell them apart,
so the few lines of quoting are here). The totals row is left out: it is no row of the table.
"""

from __future__ import annotations

from services.renderer.formats.format import Rendered, register
from services.renderer.formats.formulas import begins_a_formula
from services.renderer.formats.packing import packed
from shared.document import Cell, Kind, ReportDocument, Table


@register
class CsvFormat:
    """UTF-8 without byte order mark, CRLF, one header row with the columns' names."""

    name = "csv"
    title = "CSV"
    media_type = "text/csv; charset=utf-8; header=present"
    extension = "csv"
    internal = False
    isolated = False
    kept_warm = True

    def render(self, document: ReportDocument) -> Rendered:
        """The one table's rows, or a zip of one such file for each table."""
        return packed(document, self.extension, [_file(table) for table in document.tables])


def _file(table: Table) -> bytes:
    kinds = [column.kind for column in table.columns]
    lines = [",".join(_text(column.name) for column in table.columns)]
    lines += [
        ",".join(_field(cell, kind) for cell, kind in zip(row, kinds, strict=True))
        for row in table.rows
    ]
    return "".join(line + "\r\n" for line in lines).encode()


def _field(cell: Cell, kind: Kind) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case int():
            return str(cell)
    if kind in (Kind.DECIMAL, Kind.PERCENT) and _is_number(cell):
        return cell
    return _text(cell)


def _is_number(cell: str) -> bool:
    """Whether a decimal's string is one, so that its minus sign is no formula."""
    whole, _, fraction = cell.removeprefix("-").partition(".")
    digits = whole + fraction
    return digits.isascii() and digits.isdigit()


def _text(text: str) -> str:
    if begins_a_formula(text):
        text = "'" + text
    if text == "" or any(character in text for character in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
