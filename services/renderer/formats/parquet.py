"""Parquet: a report's tables with their types, for programs that compute with them."""

from __future__ import annotations

from services.renderer.formats.format import Rendered, register
from services.renderer.formats.packing import packed
from shared.document import ReportDocument


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
        # Imported here: Arrow takes 65 MB, which only a process that writes Parquet pays.
        from services.renderer.formats.arrow_tables import parquet_file

        return packed(
            document, self.extension, [parquet_file(t, document) for t in document.tables]
        )
