"""Sending a stored file: conditional and range requests (RFC 9110), and an honest end.

A whole file is hashed on its way out. Its last chunk is held back until the hash is right, so
a damaged file ends in an error or in a broken connection, never in a file that looks whole.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import Response
from fastapi.responses import StreamingResponse

from services.api.problems import FieldError, Problem
from shared.blobs import BlobStore
from shared.errors import PermanentError, TransientError

log = structlog.get_logger(__name__)

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)


@dataclass(frozen=True)
class FileAnswer:
    """What to answer about a stored file, before anything of it is read."""

    artifact: Mapping[str, Any]
    """A row of `artifacts`."""
    status: int
    headers: dict[str, str]
    start: int = 0
    length: int = 0
    """The bytes to send; none for HEAD and for what the client has already."""

    async def response(self, blobs: BlobStore) -> Response:
        """The answer with its bytes; Problem 500 or 503 when they cannot be read."""
        media_type = self.artifact["media_type"]
        if self.length == 0:
            return Response(status_code=self.status, headers=self.headers, media_type=media_type)
        content = blobs.stream(self.artifact["blob_key"], self.start, self.length)
        if self.status == 200:
            content = _verified(content, self.artifact["sha256"])
        return StreamingResponse(
            await _begun(content),
            status_code=self.status,
            headers=self.headers,
            media_type=media_type,
        )


def answer(method: str, asked: Mapping[str, str], artifact: Mapping[str, Any]) -> FileAnswer:
    """What to answer to a GET or HEAD with the headers `asked`; Problem 416 for a wrong range."""
    etag = f'"{artifact["sha256"]}"'
    size: int = artifact["size"]
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": _disposition(artifact["file_name"]),
        "X-Content-Type-Options": "nosniff",
    }
    if _matches(asked.get("if-none-match"), etag):
        return FileAnswer(artifact, 304, headers)
    if method == "HEAD":
        return FileAnswer(artifact, 200, {**headers, "Content-Length": str(size)})
    # A range of another file than this one is none (RFC 9110 section 13.1.5).
    wanted = asked.get("range") if asked.get("if-range", etag) == etag else None
    part = _part(wanted, size) if wanted else None
    if part is None:
        return FileAnswer(artifact, 200, {**headers, "Content-Length": str(size)}, 0, size)
    start, length = part
    headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    headers["Content-Length"] = str(length)
    return FileAnswer(artifact, 206, headers, start, length)


async def sent(
    asked: FileAnswer, blobs: BlobStore, still_there: Callable[[], Awaitable[object]]
) -> Response:
    """The answer with its bytes.

    `still_there` raises what to answer where the file was taken away since it was looked up: then
    it is gone, and not damaged.
    """
    try:
        return await asked.response(blobs)
    except Problem:
        await still_there()
        raise


async def _verified(content: AsyncIterator[bytes], sha256: str) -> AsyncIterator[bytes]:
    digest = hashlib.sha256()
    held: bytes | None = None
    async for chunk in content:
        if held is not None:
            yield held
        digest.update(chunk)
        held = chunk
    if digest.hexdigest() != sha256:
        log.error("stored file is damaged", expected=sha256, found=digest.hexdigest())
        raise PermanentError("file_damaged", "the stored file is not what was written")
    if held is not None:
        yield held


async def _begun(content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The content with its first chunk read: what fails now can still be answered properly."""
    try:
        first = await anext(content, b"")
    except TransientError as error:
        log.warning("storage is away", reason=error.message)
        raise Problem(
            503, "the storage does not answer: try again", headers={"Retry-After": "5"}
        ) from None
    except PermanentError as error:
        log.error("stored file cannot be sent", reason=error.message)
        raise Problem(
            500, "the stored file is lost or damaged: ask for the report anew", kind="file-damaged"
        ) from None

    async def whole() -> AsyncIterator[bytes]:
        yield first
        async for chunk in content:
            yield chunk

    return whole()


def _matches(header: str | None, etag: str) -> bool:
    if header is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in tags or etag in tags


def _part(header: str, size: int) -> tuple[int, int] | None:
    """(start, length) of a single range; None for forms we may ignore (several ranges)."""
    match = _RANGE.fullmatch(header.strip())
    if match is None or match.group(1) == match.group(2) == "":
        return None
    first, last = match.groups()
    if first == "":
        start = max(0, size - int(last))
        end = size - 1
    else:
        start = int(first)
        end = min(int(last), size - 1) if last else size - 1
    if start > end or start >= size:
        detail = f"the file has {size} bytes"
        raise Problem(
            416,
            detail,
            errors=[FieldError(field="Range", detail=detail)],
            headers={"Content-Range": f"bytes */{size}"},
        )
    return start, end - start + 1


def _disposition(file_name: str) -> str:
    # RFC 6266: an ASCII form for old clients, the exact one for the others.
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
