"""NDJSON: a report's tables as one JSON object per row, for programs that read line by line."""

from __future__ import annotations

import json
from functools import partial
from typing import Any, BinaryIO

from services.renderer.formats.format import Files, Rendered, Written, in_memory, register
from services.renderer.formats.packing import pack, unique
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
        return in_memory(self, document)

    def write(self, document: ReportDocument, files: Files, out: BinaryIO) -> Written:
        """The same, the rows of large tables read as they are written."""
        timezone = document.period.timezone
        return pack(document, self.extension, out, partial(_write, files, timezone))


def _write(files: Files, timezone: str, table: Table, out: BinaryIO) -> int:
    # An object has each name once.
    names = unique(column.name for column in table.columns)
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    if table.stored is None:
        lines = (encode(dict(zip(names, row, strict=True))) + "\n" for row in table.rows)
        out.write("".join(lines).encode())
        return len(table.rows)
    # Imported here: Arrow takes 45 MB, which only a report with a large table needs.
    from services.renderer.formats import arrow_texts, json_batches, stored_tables

    texts = arrow_texts.Texts(timezone)
    keys = [f"{',' if index else ''}{encode(name)}:" for index, name in enumerate(names)]

    def lines_of(batch: Any) -> memoryview:
        return json_batches.rows(batch, texts, before="{", between=keys, after="}\n")

    return stored_tables.write_batches(table, files, lines_of, out)
