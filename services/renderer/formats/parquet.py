"""Parquet: a report's tables with their types, for programs that compute with them."""

from __future__ import annotations

import shutil
from typing import BinaryIO

from services.renderer.formats.format import Files, Rendered, Written, in_memory, register
from services.renderer.formats.packing import pack
from shared.document import ReportDocument, Table


@register
class ParquetFormat:
    """Parquet 2.6, zstd; title, period and as-of time in the file's metadata."""

    name = "parquet"
    title = "Parquet"
    media_type = "application/vnd.apache.parquet"
    extension = "parquet"
    internal = False
    isolated = True
    kept_warm = False

    def render(self, document: ReportDocument) -> Rendered:
        """The one table, or a zip of one such file for each table."""
        return in_memory(self, document)

    def write(self, document: ReportDocument, files: Files, out: BinaryIO) -> Written:
        """The same; a large table is the snapshot's file as it is."""
        # Imported here: Arrow takes 45 MB, which only a process that writes Parquet pays.
        from services.renderer.formats.arrow_tables import row_count, write_parquet

        def write(table: Table, out: BinaryIO) -> int:
            if table.stored is None:
                return write_parquet(table, document, out)
            file = files[table.stored.file]
            file.seek(0)
            shutil.copyfileobj(file, out, 1 << 20)
            return row_count(file)

        return pack(document, self.extension, out, write)
