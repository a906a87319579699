"""HTML: the report as one page that needs nothing else; to read, to print, to listen to."""

from __future__ import annotations

from services.renderer.formats.format import Rendered, register
from shared.document import ReportDocument


@register
class HtmlFormat:
    """HTML 5 with its style and its charts (SVG) inside; it fetches nothing and runs nothing."""

    name = "html"
    title = "HTML"
    media_type = "text/html; charset=utf-8"
    extension = "html"
    internal = False
    isolated = True
    kept_warm = True
    ceiling = 10_000

    def render(self, document: ReportDocument) -> Rendered:
        """The page; PermanentError when a chart cannot be drawn."""
        # Imported here: the chart library takes memory that only the child process pays.
        from services.renderer.drawing.web_page import draw_page

        return Rendered(*draw_page(document))
