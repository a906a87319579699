"""What a run's snapshot says, as the api reads it from storage."""

from __future__ import annotations

from sqlalchemy import RowMapping

from services.api.problems import Problem
from shared.blobs import BlobStore
from shared.errors import PermanentError, TransientError


async def document_of(row: RowMapping, blobs: BlobStore) -> bytes:
    """The stored ReportDocument of a run (a row of `runs`), as JSON.

    Problem 503 while the storage does not answer, 500 where the document is lost.
    """
    try:
        content: bytes = await blobs.get(row["snapshot_key"])
    except TransientError:
        raise Problem(
            503, "the storage does not answer: try again", headers={"Retry-After": "5"}
        ) from None
    except PermanentError:
        raise Problem(
            500, "the stored document is lost: ask for the report anew", kind="file-damaged"
        ) from None
    return content
