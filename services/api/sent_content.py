"""The exact bytes of an attempt, put together again from what only its recipient got and what
all did."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import structlog
from fastapi import Response
from sqlalchemy import RowMapping

from services.api.problems import Problem
from shared.blobs import BlobStore
from shared.errors import PermanentError, TransientError
from shared.states import DeliveryStatus

log = structlog.get_logger(__name__)

_EXTENSIONS = {"message/rfc822": "eml", "application/json": "json", "text/plain": "txt"}


def of(delivery: RowMapping, attempts: Sequence[RowMapping], number: int | None) -> RowMapping:
    """The attempt whose bytes are meant: that of the number, else the latest that sent some.

    `delivery` is a row of `delivery_store`. Problem 404 where nothing was sent, or the report's
    files alone; 410 once it is no longer kept.
    """
    kept = [attempt for attempt in attempts if attempt["content_sha256"] is not None]
    sent = [attempt for attempt in kept if number in (None, attempt["number"])]
    gone = delivery["files_expired_at"] is not None or delivery["deleted_at"] is not None
    if not kept and any(attempt["outcome"] == DeliveryStatus.SENT for attempt in attempts):
        where = f"/api/v1/reports/{delivery['run_id']}/download"
        raise Problem(
            410 if gone else 404,
            "this delivery brought the report's files as they are, and nothing else: "
            + (f"they are gone, {where} tells their sha256" if gone else f"see {where}"),
        )
    if not sent:
        what = "this delivery" if number is None else f"attempt {number} of this delivery"
        raise Problem(404, f"{what} has sent nothing")
    attempt = sent[-1]
    if gone or attempt["content_head"] is None:
        raise Problem(
            410, f"what was sent is no longer kept; its sha256 was {attempt['content_sha256']}"
        )
    return attempt


async def response(blobs: BlobStore, attempt: RowMapping) -> Response:
    """Its bytes, checked; Problem 500 or 503 when they cannot be read."""
    content: bytes = attempt["content_head"]
    try:
        if attempt["content_key"] is not None:
            content += await blobs.get(attempt["content_key"])
    except TransientError as error:
        log.warning("storage is away", reason=error.message)
        raise Problem(
            503, "the storage does not answer: try again", headers={"Retry-After": "5"}
        ) from None
    except PermanentError as error:
        log.error("what was sent cannot be read", reason=error.message)
        raise _damaged() from None
    if hashlib.sha256(content).hexdigest() != attempt["content_sha256"]:
        log.error("what was sent is damaged", expected=attempt["content_sha256"])
        raise _damaged()
    extension = _EXTENSIONS.get(attempt["content_type"], "bin")
    name = f"delivery-{attempt['delivery_id']}-{attempt['number']}.{extension}"
    return Response(
        content,
        media_type=attempt["content_type"],
        headers={
            "ETag": f'"{attempt["content_sha256"]}"',
            "Cache-Control": "private, no-cache",
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _damaged() -> Problem:
    return Problem(500, "what was sent is lost or damaged in storage", kind="file-damaged")
