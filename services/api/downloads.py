"""Sending a stored file: conditional and range requests (RFC 9110), and an honest end.

The content is hashed on its way out. The last chunk is held back until the hash is right, so
a damaged file ends in a broken connection and never in a file that looks whole.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from urllib.parse import quote

import structlog
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import RowMapping

from services.api.problems import Problem
from shared.blobs import BlobStore

log = structlog.get_logger(__name__)

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def file_response(request: Request, artifact: RowMapping, blobs: BlobStore) -> Response:
    """The artifact's bytes, or the part asked for."""
    etag = f'"{artifact["sha256"]}"'
    size: int = artifact["size"]
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": _disposition(artifact["file_name"]),
        "X-Content-Type-Options": "nosniff",
    }
    if _matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    start, length, status = 0, size, 200
    wanted = request.headers.get("range")
    if wanted and request.headers.get("if-range", etag) == etag:
        part = _part(wanted, size)
        if part is not None:
            start, length = part
            status = 206
            headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    headers["Content-Length"] = str(length)
    content = blobs.stream(artifact["blob_key"], start, length)
    return StreamingResponse(
        content if status == 206 else _verified(content, artifact["sha256"]),
        status_code=status,
        headers=headers,
        media_type=artifact["media_type"],
    )


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
        raise OSError("the stored file is not what was written")
    if held is not None:
        yield held


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
        raise Problem(
            416, f"the file has {size} bytes", headers={"Content-Range": f"bytes */{size}"}
        )
    return start, end - start + 1


def _disposition(file_name: str) -> str:
    # RFC 6266: an ASCII form for old clients, the exact one for the others.
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name)}"
