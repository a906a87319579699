"""XLSX: the workbook to go on computing with; a summary, native charts, one sheet per table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

from services.renderer.formats.format import Files, Rendered, Written, in_memory, register
from shared.document import ReportDocument, Table


@register
class XlsxFormat:
    """Office Open XML (ECMA-376) with real types; no formula, no macro, no link to outside."""

    name = "xlsx"
    title = "Excel"
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    extension = "xlsx"
    internal = False
    # Not for what it opens but for its time: a long table would hold up the service's loop.
    isolated = True
    kept_warm = False

    def render(self, document: ReportDocument) -> Rendered:
        """The workbook, its rows counted in the finished file."""
        return in_memory(self, document)

    def write(self, document: ReportDocument, files: Files, out: BinaryIO) -> Written:
        """The same, the rows of large tables read as they are written."""
        # Imported here: only who makes a workbook needs the libraries.
        from services.renderer.formats.arrow_tables import arrow_table
        from services.renderer.formats.stored_tables import batches
        from services.renderer.spreadsheet.workbook import draw_workbook

        def rows(table: Table) -> Iterable[Any]:
            if table.stored is not None:
                return batches(table, files)
            held: Iterable[Any] = arrow_table(table, document).to_batches()
            return held

        return Written(draw_workbook(document, rows, out))
