"""NDJSON: a report's tables as one JSON object per row, for programs that read line by line."""

from __future__ import annotations

import json

from services.renderer.formats.format import Rendered, register
from services.renderer.formats.packing import packed, unique
from shared.document import ReportDocument, Table


@register
class NdjsonFormat:
    """UTF-8, one object per line (https://github.com/ndjson/ndjson-spec), cells as in JSON."""

    name = "ndjson"
    title = "NDJSON"
    media_type = "application/x-ndjson"
    extension = "ndjson"
    internal = False
    isolated = False
    kept_warm = True

    def render(self, document: ReportDocument) -> Rendered:
        """The one table's rows, or a zip of one such file for each table."""
        return packed(document, self.extension, [_file(table) for table in document.tables])


def _file(table: Table) -> bytes:
    # An object has each name once.
    names = unique(column.name for column in table.columns)
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    lines = (encode(dict(zip(names, row, strict=True))) + "\n" for row in table.rows)
    return "".join(lines).encode()
