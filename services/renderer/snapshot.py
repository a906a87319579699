"""A run's snapshot, opened: the document as it is stored, and the files of its large tables."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

from services.renderer.formats import Files
from shared.blobs import BlobStore, digest
from shared.dedup_keys import folder_of
from shared.document import ReportDocument, Table
from shared.errors import PermanentError

_MENTIONS_STORED_ROWS = b'"stored":{'
"""In the JSON of a document with a large table; in a text its quotes would be escaped."""


@dataclass(frozen=True)
class Snapshot:
    """What every file of a run is made from."""

    content: bytes
    """`document.json`."""
    files: Files
    """The large tables' Parquet files, by the names in the document."""

    @cached_property
    def document(self) -> ReportDocument:
        """Parsed when it is first asked for: what is drawn is parsed by a child process."""
        return ReportDocument.of_snapshot(self.content)

    def cut(self, ceiling: int) -> Snapshot:
        """The same with the first rows of its large tables in the document, and no more."""
        # Imported here: Arrow takes 45 MB, which only a report with a large table needs.
        from services.renderer.formats.stored_tables import first_rows

        def shown(table: Table) -> Table:
            if table.stored is None:
                return table
            return first_rows(table, self.files, ceiling, self.document.period.timezone)

        document = self.document.with_tables(shown)
        return Snapshot(document.model_dump_json().encode(), {})


@asynccontextmanager
async def opened(key: str, sha256: str, blobs: BlobStore) -> AsyncIterator[Snapshot]:
    """The snapshot, for the length of the block; PermanentError when it is not as written."""
    content = await blobs.get(key)
    _ensure(hashlib.sha256(content).hexdigest() == sha256)
    async with AsyncExitStack() as stack:
        files: dict[str, BinaryIO] = {}
        snapshot = Snapshot(content, files)
        if _MENTIONS_STORED_ROWS in content:
            for table in snapshot.document.tables:
                if (stored := table.stored) is not None and stored.file not in files:
                    file = await stack.enter_async_context(
                        blobs.local_file(folder_of(key) + stored.file)
                    )
                    found = await asyncio.to_thread(digest, file)
                    _ensure(found == (stored.sha256, stored.size))
                    files[stored.file] = file
        yield snapshot


def _ensure(as_written: bool) -> None:
    if not as_written:
        raise PermanentError("snapshot_damaged", "the stored snapshot is not what was written")
