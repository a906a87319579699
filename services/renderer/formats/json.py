"""JSON: the whole document as it was written, indented, one line per row of a table."""

from __future__ import annotations

import json
import secrets
from typing import Any, BinaryIO

from services.renderer.formats.format import Files, Rendered, Written, in_memory, register
from services.renderer.formats.packing import ensure_rows
from shared.document import ReportDocument, Table

# Where the rows are is the snapshot's affair: whoever reads the file has them in it.
_LEFT_OUT = {"sections": {"__all__": {"tables": {"__all__": {"rows", "stored"}}}}}


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
        return in_memory(self, document)

    def write(self, document: ReportDocument, files: Files, out: BinaryIO) -> Written:
        """The same, the rows of large tables read as they are written."""
        place = secrets.token_hex(16)  # where rows go: a text that no document has
        frame = document.model_dump(mode="json", exclude=_LEFT_OUT)
        for section in frame["sections"]:
            section["tables"] = [_with_place(table, place) for table in section["tables"]]
        parts = json.dumps(frame, ensure_ascii=False, indent=2).split(f'"{place}"')
        rows = 0
        for part, table in zip(parts, document.tables, strict=False):
            out.write(part.encode())
            rows += ensure_rows(_write(files, document.period.timezone, table, out), table)
        out.write(parts[-1].encode() + b"\n")
        return Written(rows)


def _with_place(table: dict[str, Any], place: str) -> dict[str, Any]:
    """The table with the place of its rows where they were."""
    names = ("name", "title", "columns")
    return {name: table[name] for name in names} | {"rows": place} | table


def _write(files: Files, timezone: str, table: Table, out: BinaryIO) -> int:
    """The rows as an array of arrays, each on its line."""
    out.write(b"[")
    if table.stored is None:
        encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        out.write(",".join("\n" + encode(row) for row in table.rows).encode())
        rows = len(table.rows)
    else:
        # Imported here: Arrow takes 45 MB, which only a report with a large table needs.
        from services.renderer.formats import arrow_texts, json_batches, stored_tables

        texts = arrow_texts.Texts(timezone)
        separators = ["", *([","] * (len(table.columns) - 1))]

        def rows_of(batch: Any) -> memoryview:
            return json_batches.rows(batch, texts, before=",\n[", between=separators, after="]")

        rows = stored_tables.write_batches(table, files, rows_of, out, leave_out=1)
    out.write(b"\n]" if rows else b"]")
    return rows
