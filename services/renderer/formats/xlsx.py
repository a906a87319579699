"""XLSX: the workbook to go on computing with; a summary, native charts, one sheet per table."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, BinaryIO

from services.renderer.formats.format import Files, Rendered, Written, in_memory, register
from services.renderer.pixel_logo import SPREADSHEET_ROOM
from shared.document import ReportDocument, Table
from shared.format_options import FormatOptions


@register
class XlsxFormat:
    """Office Open XML (ECMA-376) with real types; no formula, no macro, no link to outside."""

    name = "xlsx"
    title = "Excel"
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    extension = "xlsx"
    internal = False
    # Not for what it opens but for its time: charts and many sheets would hold up the loop.
    isolated = True
    kept_warm = False
    logo_room = SPREADSHEET_ROOM

    def __init__(self, options: FormatOptions | None = None) -> None:
        self._options = options or FormatOptions()

    def adjusted(self, options: FormatOptions) -> XlsxFormat:
        """With formulas neutralised or not."""
        return XlsxFormat(options)

    def render(self, document: ReportDocument) -> Rendered:
        """The workbook, its rows counted in the finished file."""
        return in_memory(self, document)

    def write(self, document: ReportDocument, files: Files, out: BinaryIO) -> Written:
        """The same, the rows of large tables read as they are written."""
        # Imported here: only a process that writes a workbook needs the libraries.
        from services.renderer.spreadsheet.workbook import draw_workbook

        rows = draw_workbook(
            document,
            partial(_batches, document, files),
            out,
            guard_formulas=self._options.neutralise_formulas,
        )
        return Written(rows)


def _batches(document: ReportDocument, files: Files, table: Table) -> Iterable[Any]:
    from services.renderer.formats import arrow_tables, stored_tables

    if table.stored is not None:
        return stored_tables.batches(table, files)
    batches: Iterable[Any] = arrow_tables.arrow_table(table, document).to_batches()
    return batches
