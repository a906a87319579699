"""Documents whose tables lie in Parquet files beside them, as the aggregator stores large ones."""

from __future__ import annotations

import io
from typing import BinaryIO

from services.renderer.formats.arrow_tables import write_parquet
from shared.blobs import BlobStore
from shared.document import ReportDocument, StoredRows, Table


def stored(document: ReportDocument) -> tuple[ReportDocument, dict[str, BinaryIO]]:
    """The document without its rows, and the files that have them."""
    files: dict[str, BinaryIO] = {}

    def put_away(table: Table) -> Table:
        file = io.BytesIO()
        count = write_parquet(table, document, file)
        name = f"{len(files)}.parquet"
        files[name] = file
        told = StoredRows(file=name, sha256="", size=len(file.getvalue()), count=count)
        return table.model_copy(update={"rows": (), "stored": told})

    return document.with_tables(put_away), files


def of_rows(document: ReportDocument, count: int) -> ReportDocument:
    """The document with its tables' rows repeated until each has so many."""

    def repeated(table: Table) -> Table:
        times = -(-count // len(table.rows))
        return table.model_copy(update={"rows": (table.rows * times)[:count]})

    return document.with_tables(repeated)


async def read_back(
    document: ReportDocument, blobs: BlobStore, folder: str, timezone: str
) -> ReportDocument:
    """The document with the rows of its stored tables in it."""
    from services.renderer.formats.stored_tables import first_rows

    held = {}
    for table in document.tables:
        if table.stored is not None:
            async with blobs.local_file(folder + table.stored.file) as file:
                files = {table.stored.file: file}
                held[table.name] = first_rows(table, files, table.row_count, timezone)
    return document.with_tables(lambda table: held.get(table.name, table))
