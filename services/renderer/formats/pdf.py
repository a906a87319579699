"""PDF: the report to print; drawn in a child process."""

from __future__ import annotations

from services.renderer.formats.format import Rendered, register
from shared.document import ReportDocument


@register
class PdfFormat:
    """PDF 1.4 with embedded fonts and vector charts."""

    name = "pdf"
    title = "PDF"
    media_type = "application/pdf"
    extension = "pdf"
    internal = False
    isolated = True
    kept_warm = True
    ceiling = 10_000

    def render(self, document: ReportDocument) -> Rendered:
        """The drawn pages; PermanentError when a chart cannot be drawn or the file is not whole."""
        # Imported here: the drawing libraries take 60 MB that only the child process pays.
        from services.renderer.drawing.report import draw_report

        return Rendered(*draw_report(document))
