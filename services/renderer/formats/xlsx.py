"""XLSX: the workbook to go on computing with; a summary, native charts, one sheet per table."""

from __future__ import annotations

import io

from services.renderer.formats.format import Rendered, register
from shared.document import ReportDocument


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
    ceiling = 10_000

    def render(self, document: ReportDocument) -> Rendered:
        """The workbook, its rows counted in the finished file."""
        # Imported here: only the child process needs the libraries.
        from services.renderer.formats.arrow_tables import arrow_table
        from services.renderer.spreadsheet.workbook import draw_workbook

        out = io.BytesIO()
        rows = draw_workbook(document, lambda table: arrow_table(table, document).to_batches(), out)
        return Rendered(out.getvalue(), rows)
