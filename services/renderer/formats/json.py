"""JSON: the whole document as it was written, indented."""

from __future__ import annotations

from services.renderer.formats.format import Rendered, register
from shared.document import ReportDocument


@register
class JsonFormat:
    """UTF-8; decimals, dates and instants are strings, as `shared.document` says."""

    name = "json"
    title = "JSON"
    media_type = "application/json"
    extension = "json"
    internal = False
    isolated = False
    kept_warm = True

    def render(self, document: ReportDocument) -> Rendered:
        """The document's JSON with a newline at its end."""
        content = document.model_dump_json(indent=2).encode() + b"\n"
        return Rendered(content, document.row_count)
