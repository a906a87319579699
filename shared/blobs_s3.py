"""Blobs in anything that speaks the S3 protocol, through obstore."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, BinaryIO, cast

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from shared.blobs import CHUNK
from shared.errors import PermanentError, TransientError
from shared.settings import ServiceSettings

PARTS_AT_ONCE = 2
"""Of 5 MB each, while a large blob is stored: so much of it is in memory."""


class S3Blobs:
    """Blobs as objects; a conditional put (`If-None-Match: *`) keeps the first one."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    @classmethod
    def connect(cls, settings: ServiceSettings, bucket: str, prefix: str) -> S3Blobs:
        """Nothing is asked of the server yet."""
        config: dict[str, Any] = {"region": settings.blob_s3_region, "conditional_put": "etag"}
        if settings.blob_s3_endpoint:
            config["endpoint"] = settings.blob_s3_endpoint
        if settings.blob_s3_access_key_id and settings.blob_s3_secret_access_key:
            config["access_key_id"] = settings.blob_s3_access_key_id.get_secret_value()
            config["secret_access_key"] = settings.blob_s3_secret_access_key.get_secret_value()
        return cls(
            S3Store(
                bucket,
                prefix=prefix or None,
                client_options={
                    # A private endpoint may speak plain HTTP; Amazon's never does.
                    "allow_http": (settings.blob_s3_endpoint or "").startswith("http://"),
                    "timeout": "30s",
                },
                **config,
            )
        )

    async def put_new(self, key: str, content: bytes) -> bool:
        with _classified(key):
            try:
                await obstore.put_async(self._store, key, content, mode="create")
            except AlreadyExistsError:
                return False
        return True

    @contextmanager
    def new_file(self, prefix: str) -> Iterator[BinaryIO]:
        # Without a name: nothing is left of it when the process is killed.
        with tempfile.TemporaryFile() as file:
            yield cast(BinaryIO, file)

    async def put_new_file(self, key: str, file: BinaryIO) -> bool:
        # In parts, which S3 puts together at the end and cannot make conditional.
        with _classified(key):
            try:
                await obstore.head_async(self._store, key)
            except FileNotFoundError:
                file.seek(0)
                await obstore.put_async(self._store, key, file, max_concurrency=PARTS_AT_ONCE)
                return True
        return False

    async def get(self, key: str) -> bytes:
        with _classified(key):
            result = await obstore.get_async(self._store, key)
            return bytes(await result.bytes_async())

    @asynccontextmanager
    async def local_file(self, key: str) -> AsyncIterator[BinaryIO]:
        with tempfile.TemporaryFile() as file:
            with _classified(key):
                async for chunk in await obstore.get_async(self._store, key):
                    await asyncio.to_thread(file.write, chunk)
            file.seek(0)
            yield cast(BinaryIO, file)

    async def stream(self, key: str, start: int, length: int) -> AsyncIterator[bytes]:
        end = start + length
        while start < end:
            with _classified(key):
                chunk = await obstore.get_range_async(
                    self._store, key, start=start, end=min(start + CHUNK, end)
                )
            yield bytes(chunk)
            start += CHUNK

    async def delete_prefix(self, prefix: str) -> None:
        with _classified(prefix):
            async for batch in obstore.list(self._store, prefix=prefix.rstrip("/")):
                await obstore.delete_async(self._store, [meta["path"] for meta in batch])

    async def ping(self) -> None:
        with _classified("ping"):
            try:
                await obstore.head_async(self._store, "ping")
            except FileNotFoundError:
                return


@contextmanager
def _classified(key: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise PermanentError("blob_missing", f"there is no blob {key}") from None
    except (BaseError, OSError) as error:
        raise TransientError("storage_unavailable", str(error)) from error
