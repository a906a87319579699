"""Writes a document's streamed tables into the snapshot: one Parquet file each."""

from __future__ import annotations

import asyncio
from typing import Any, BinaryIO

from services.aggregator.report_types.streamed_table import StreamedTable
from services.aggregator.sources import StreamingSession
from shared.blobs import BlobStore, digest, storage_errors
from shared.document import ReportDocument, StoredRows, Table
from shared.errors import PermanentError


async def store_tables(
    document: ReportDocument,
    session: StreamingSession,
    *,
    blobs: BlobStore,
    folder: str,
    most_rows: int,
) -> ReportDocument:
    """The document with each StreamedTable read and stored under `folder`.

    Before the document itself is stored, so that whatever it names is there. A file is named by
    its content: an earlier attempt that died may have left one of another instant.
    """
    stored: dict[int, Table] = {}
    for table in document.tables:
        if isinstance(table, StreamedTable):
            stored[id(table)] = await _store(table, document, session, blobs, folder, most_rows)
    return document.with_tables(lambda table: stored.get(id(table), table)) if stored else document


async def _store(
    table: StreamedTable,
    document: ReportDocument,
    session: StreamingSession,
    blobs: BlobStore,
    folder: str,
    most_rows: int,
) -> Table:
    if table.expected > most_rows:
        raise PermanentError(
            "too_many_rows",
            f"{table.expected:,} rows match, and that is more than one report can hold: ask for "
            "the first ones with `limit`, narrow the period or the filters, or raise "
            "BROADSHEET_TABLE_MAX_ROWS",
        )
    with blobs.new_file(folder) as file:
        with storage_errors():
            await _write(table, document, session, file)
        sha256, size = await asyncio.to_thread(digest, file)
        name = f"{sha256}.parquet"
        await blobs.put_new_file(folder + name, file)
    return Table(
        **{field: getattr(table, field) for field in Table.model_fields if field != "stored"},
        stored=StoredRows(file=name, sha256=sha256, size=size, count=table.expected),
    )


async def _write(
    table: StreamedTable, document: ReportDocument, session: StreamingSession, file: BinaryIO
) -> None:
    # Imported here: most reports have no large table, and Arrow takes 45 MB.
    from shared.arrow_tables import arrow_type, parquet_writer, schema

    columns = table.columns
    rows_schema = schema(
        table,
        document,
        [column.name for column in columns],
        [arrow_type(column, document.period.timezone) for column in columns],
    )
    written = 0
    with parquet_writer(file, rows_schema) as writer:

        def write(rows: Any) -> None:
            nonlocal written
            writer.write_table(rows.cast(rows_schema))
            written += rows.num_rows

        await session.stream(
            table.query.sql, *table.query.arguments, schema=rows_schema, into=write
        )
    if written != table.expected:
        raise PermanentError(
            "rows_not_as_counted",
            f"table {table.name!r}: {table.expected:,} rows were counted and {written:,} read",
        )
